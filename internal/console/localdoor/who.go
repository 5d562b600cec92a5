package localdoor

import (
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Person is a caller that [Who] offers.
type Person struct {
	// Login is what [Who.Signer] takes. It is also shown.
	Login string
	// Name is empty if unknown.
	Name string
	// About says more in a few words; it may be empty.
	About string
}

// Who asks people who they are, and believes them. It is for a local stack alone, which
// believes them too.
type Who struct {
	// People returns who is offered, in this order.
	People func() []Person
	// Sign returns the signer for a login, or an error that says what a login must be.
	Sign func(login string) (api.Signer, error)
	// Example is the login of somebody who is not offered. It is empty if nobody else
	// can call.
	Example string
}

const (
	whoPath = console.Base + "/who"
	outPath = console.Base + "/out"
	// whoCookie holds the login, escaped as in a query.
	whoCookie = "fasttrack-who"
	// maxForm limits the form of the page.
	maxForm = 16 << 10
	// maxLogin limits a login, so that the cookie is one that browsers keep.
	maxLogin = 1024
)

var _ console.Sessions = Who{}

// Signer returns the signer for the person that the browser named.
func (d Who) Signer(_ http.ResponseWriter, r *http.Request) (api.Signer, error) {
	c, err := r.Cookie(whoCookie)
	if err != nil {
		return nil, nil
	}
	login, err := url.QueryUnescape(c.Value)
	if err != nil || login == "" {
		return nil, nil
	}
	signer, err := d.Sign(login)
	if err != nil { // the cookie of another stack
		return nil, nil
	}
	return signer, nil
}

// SignIn returns the path of the page that asks.
func (Who) SignIn(*http.Request) string { return whoPath }

// SignOut returns the path that forgets who the person is.
func (Who) SignOut() string { return outPath }

// whoPage is what the page that asks shows.
type whoPage struct {
	People             []Person
	To, Example, Typed string
	Error              string
}

// Mount adds the page that asks.
func (d Who) Mount(mux *http.ServeMux, c *console.Console) {
	page := sync.OnceValue(func() *template.Template {
		return template.Must(c.Frame().ParseFS(templateFiles, "templates/who.html"))
	})
	ask := func(w http.ResponseWriter, r *http.Request, status int, p whoPage) {
		p.People, p.Example = d.People(), d.Example
		c.ShowAlone(w, r, status, page(), "Who are you?", p)
	}
	mux.HandleFunc("GET "+whoPath, func(w http.ResponseWriter, r *http.Request) {
		ask(w, r, http.StatusOK, whoPage{To: console.ReturnTo(r.FormValue("to"))})
	})
	mux.HandleFunc("POST "+whoPath, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		login, to := strings.TrimSpace(r.PostFormValue("who")), console.ReturnTo(r.PostFormValue("to"))
		if why := d.refusal(login); why != "" {
			ask(w, r, http.StatusUnprocessableEntity, whoPage{To: to, Typed: login, Error: why})
			return
		}
		http.SetCookie(w, localCookie(whoCookie, url.QueryEscape(login)))
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
	})
	mux.HandleFunc("POST "+outPath, func(w http.ResponseWriter, r *http.Request) {
		gone := localCookie(whoCookie, "") // #nosec G124 -- as localCookie
		gone.MaxAge = -1
		http.SetCookie(w, gone)
		http.Redirect(w, r, whoPath, http.StatusSeeOther)
	})
}

// refusal says why nobody can be this login; it is empty if somebody can.
func (d Who) refusal(login string) string {
	switch {
	case login == "":
		return "Say who you are."
	case len(login) > maxLogin:
		return "That is too long for a name."
	}
	if _, err := d.Sign(login); err != nil {
		return err.Error()
	}
	return ""
}

// Called returns the name by which a person is offered.
func (p Person) Called() string { return cmp.Or(p.Name, p.Login) }

// localCookie returns a cookie of a console on this machine. It lacks Secure, since
// the machine serves itself without TLS. Browsers send it with no request that another
// site begins.
func localCookie(name, value string) *http.Cookie {
	return &http.Cookie{ // #nosec G124 -- served on loopback, without TLS
		Name: name, Value: value, Path: console.Base, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}
