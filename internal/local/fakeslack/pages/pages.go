package pages

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// policy lets a page load nothing from elsewhere and run no code that stands in it: texts
// of people are shown here as they are.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// maxForm limits what a page may post.
const maxForm = 1 << 20

// Pages serves the pages of one workspace, and its Web API beside them.
type Pages struct {
	slack *fakeslack.Slack
	base  string // the path at which the pages are served, without a slash at its end
	mux   *http.ServeMux

	mu    sync.Mutex
	notes map[string]string            // what failed for a member, shown once
	seen  map[string]map[string]string // ts of the newest message seen, by member and conversation
}

// New returns the pages of a workspace that are served at the path base.
func New(slack *fakeslack.Slack, base string) *Pages {
	p := &Pages{slack: slack, base: base, mux: http.NewServeMux(), notes: map[string]string{}, seen: map[string]map[string]string{}}
	files, _ := fs.Sub(assetFiles, "assets") // the folder is embedded
	p.mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(files)))
	p.mux.HandleFunc("GET /{$}", p.members)
	p.mux.HandleFunc("GET /as/{user}/{$}", p.as(p.home))
	p.mux.HandleFunc("GET /as/{user}/in/{channel}", p.as(p.conversation))
	p.mux.HandleFunc("GET /as/{user}/form/{view}", p.as(p.form))
	p.mux.HandleFunc("GET /as/{user}/state", p.state)
	p.mux.HandleFunc("POST /as/{user}/home", p.as(p.openHome))
	p.mux.HandleFunc("POST /as/{user}/in/{channel}", p.as(p.typed))
	p.mux.HandleFunc("POST /as/{user}/in/{channel}/{ts}", p.as(p.clicked))
	p.mux.HandleFunc("POST /as/{user}/form/{view}", p.as(p.submitted))
	p.mux.HandleFunc("POST /channels", p.addChannel)
	p.mux.Handle("/api/", slack)
	p.mux.Handle("/hooks/", slack)
	return p
}

func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	p.mux.ServeHTTP(w, r)
}

// page is what every page shows around its own part.
type page struct {
	Title   string
	Base    string
	Me      fakeslack.User // whom the page acts as; none on the first page
	Members []fakeslack.User
	Places  []place
	Here    string // the id of the conversation, or "home"
	Note    string
	State   string
	D       any
}

// place is a conversation in the list of a member's.
type place struct {
	ID, Name string
	DM       bool
	Unread   int
}

// as has a handler act as the member in the path.
func (p *Pages) as(next func(http.ResponseWriter, *http.Request, fakeslack.User)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u, known := p.slack.User(r.PathValue("user"))
		if !known {
			http.NotFound(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "The form is too long or broken.", http.StatusBadRequest)
			return
		}
		next(w, r, u)
	}
}

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"initials": initials, "hue": hue, "about": about, "buttons": actsOf}).ParseFS(templateFiles, "templates/*.html"))
})

// show writes a page.
func (p *Pages) show(w http.ResponseWriter, name string, d page) {
	d.Base, d.State, d.Members = p.base, p.slack.State(), p.slack.Users()
	if d.Me.ID != "" {
		d.Places, d.Note = p.places(d.Me), p.takeNote(d.Me.ID)
	}
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name, d); err != nil {
		http.Error(w, "The page can't be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the browser may be gone
}

// members lets a person choose whom to act as.
func (p *Pages) members(w http.ResponseWriter, _ *http.Request) {
	p.show(w, "members.html", page{Title: "Slack"})
}

// state answers with a text that changes with anything that pages show.
func (p *Pages) state(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(p.slack.State()))
}

// addChannel makes a channel with the app in it.
func (p *Pages) addChannel(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	name := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(r.FormValue("name"))), "#")
	if name == "" || len(name) > 80 || strings.ContainsFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_'
	}) {
		http.Error(w, "A channel's name has up to 80 letters, digits, - and _.", http.StatusBadRequest)
		return
	}
	id := "C0" + strings.ToUpper(strings.NewReplacer("-", "X", "_", "X").Replace(name))
	p.slack.SetChannel(fakeslack.Channel{ID: id, Name: name})
	to := p.base + "/"
	if u, known := p.slack.User(r.FormValue("as")); known {
		to = p.base + "/as/" + u.ID + "/in/" + id
	}
	http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- a path of these pages: it begins with their base
}

// places lists the conversations of a member: channels, then the app's direct messages.
func (p *Pages) places(u fakeslack.User) []place {
	var all []place
	for _, c := range p.slack.Channels() {
		all = append(all, place{ID: c.ID, Name: c.Name, Unread: p.unread(u.ID, c.ID)})
	}
	slices.SortFunc(all, func(a, b place) int { return strings.Compare(a.Name, b.Name) })
	return append(all, place{ID: fakeslack.DM(u.ID), Name: "fasttrack", DM: true, Unread: p.unread(u.ID, fakeslack.DM(u.ID))})
}

// unread counts the messages of a conversation that a member has not seen.
func (p *Pages) unread(user, channel string) int {
	p.mu.Lock()
	since := p.seen[user][channel]
	p.mu.Unlock()
	n := 0
	for _, m := range p.slack.Messages(channel) {
		if m.TS > since {
			n++
		}
	}
	return n
}

// markRead remembers that a member has seen a conversation.
func (p *Pages) markRead(user, channel string, shown []fakeslack.Message) {
	if len(shown) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[user] == nil {
		p.seen[user] = map[string]string{}
	}
	p.seen[user][channel] = shown[len(shown)-1].TS
}

// note keeps what failed, to be shown on the member's next page.
func (p *Pages) note(user, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notes[user] = text
}

func (p *Pages) takeNote(user string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := p.notes[user]
	delete(p.notes, user)
	return text
}
