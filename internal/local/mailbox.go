package local

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// MailPath is where the mails of this machine are shown.
const MailPath = "/_local/mail"

// withMail returns o with a sender of mails and links to the console, unless the
// parameters name others, and with the pages of what was sent.
func withMail(o localaws.Options) localaws.Options {
	given := o.DefaultParameters
	o.DefaultParameters = func(apiURL string) map[string]string {
		all := map[string]string{"MailFrom": "fasttrack@example.com", "MailConfigurationSet": "local"}
		if from, is := o.Parameters["MailFrom"]; is && from == "" {
			all = map[string]string{}
		}
		maps.Copy(all, given(apiURL))
		return all
	}
	next := o.Front
	o.Front = func(s *localaws.Stack, api http.Handler) (http.Handler, error) {
		front := api
		if next != nil {
			var err error
			if front, err = next(s, api); err != nil {
				return nil, err
			}
		}
		served := loopback.Guard(newMailbox(s.SES))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == MailPath || strings.HasPrefix(r.URL.Path, MailPath+"/") {
				served.ServeHTTP(w, r)
				return
			}
			front.ServeHTTP(w, r)
		}), nil
	}
	return o
}

//go:embed templates/mail*.html
var mailFiles embed.FS

var mailTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(mailFiles, "templates/mail*.html"))
})

// The policies of the pages, which load nothing from elsewhere and run no script. A mail
// is shown in a frame that may do nothing but open its link in another tab.
const (
	mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	bodyPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

// mailbox shows the mails that were sent.
type mailbox struct{ service *ses.Service }

func newMailbox(service *ses.Service) http.Handler {
	m := mailbox{service}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+MailPath, m.list)
	mux.HandleFunc("GET "+MailPath+"/{$}", m.list)
	mux.HandleFunc("GET "+MailPath+"/{id}", m.one)
	mux.HandleFunc("GET "+MailPath+"/{id}/html", m.html)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", mailPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// list shows all mails, the newest first: as a page, or as JSON to who accepts that.
func (m mailbox) list(w http.ResponseWriter, r *http.Request) {
	mails := m.service.Mails()
	slices.Reverse(mails)
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"mails": mails}) // a caller that is gone needs none
		return
	}
	show(w, "mails.html", mails)
}

// find returns the mail of a path. It responds with 404 if it is unknown.
func (m mailbox) find(w http.ResponseWriter, r *http.Request) (ses.Mail, bool) {
	for _, one := range m.service.Mails() {
		if one.ID == r.PathValue("id") {
			return one, true
		}
	}
	http.Error(w, "No such mail. The newest 200 are kept until the program ends.", http.StatusNotFound)
	return ses.Mail{}, false
}

func (m mailbox) one(w http.ResponseWriter, r *http.Request) {
	if mail, found := m.find(w, r); found {
		show(w, "mail.html", mail)
	}
}

// html shows the HTML of a mail, for the frame.
func (m mailbox) html(w http.ResponseWriter, r *http.Request) {
	mail, found := m.find(w, r)
	if !found {
		return
	}
	w.Header().Set("Content-Security-Policy", bodyPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A link leads out of the frame, into a tab of its own.
	_, _ = w.Write([]byte(strings.Replace(mail.HTML, "<a href=", `<a target="_blank" rel="noopener" href=`, 1))) // #nosec G705 -- in a sandbox without scripts
}

func show(w http.ResponseWriter, name string, d any) {
	var b bytes.Buffer
	if err := mailTemplates().ExecuteTemplate(&b, name, d); err != nil {
		http.Error(w, "The page can't be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // a reader that is gone needs none
}
