package console

import (
	"bytes"
	"crypto/rand"
	"embed"
	"html/template"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

//go:embed templates/*.html
var templateFiles embed.FS

// view is what a template gets.
type view struct {
	Title string
	// Here is the path of the page.
	Here string
	Me   api.Me
	// SignOut is the path that ends the session; empty if the door has none.
	SignOut string
	// Extras are the pages that only this console has.
	Extras []Extra
	// SignIn is where to sign in and return to this page; empty if the door has none.
	SignIn string
	Now    time.Time
	// Key is the idempotency key of the page's form.
	Key string
	// D is the page's own data.
	D any
}

// template returns the parsed template of a page. It is parsed when it is first shown,
// because parsing all of them would double the start of a function.
func (c *Console) template(name string) *template.Template {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.parsed[name]
	if t == nil {
		t = template.Must(template.New("").Funcs(c.functions()).ParseFS(templateFiles,
			"templates/layout.html", "templates/parts.html", "templates/"+name+".html"))
		c.parsed[name] = t
	}
	return t
}

// render sends a page.
func (p *page) render(status int, name, title string, data any) {
	p.renderWith(status, p.template(name), title, data)
}

// renderWith sends a page that has a template of its own.
func (p *page) renderWith(status int, t *template.Template, title string, data any) {
	p.show(status, t, view{
		Title: title, Here: p.r.URL.Path, Me: p.me, Extras: p.Extras, SignOut: p.Sessions.SignOut(), SignIn: p.signInHere(), Now: p.Now().UTC(), Key: rand.Text(), D: data,
	})
}

// ShowAlone sends a page of a door, which has no navigation: nobody is signed in. t
// defines "main" and is a clone of [Console.Frame].
func (c *Console) ShowAlone(w http.ResponseWriter, r *http.Request, status int, t *template.Template, title string, data any) {
	p := &page{Console: c, w: w, r: r}
	p.show(status, t, view{Title: title, Here: r.URL.Path, Now: c.Now().UTC(), Key: rand.Text(), D: data})
}

// Frame returns what pages share: the layout and the parts. A door parses its own
// "main" into it.
func (c *Console) Frame() *template.Template {
	return template.Must(template.New("").Funcs(c.functions()).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
}

func (p *page) show(status int, t *template.Template, v view) {
	var body bytes.Buffer
	if err := t.ExecuteTemplate(&body, "layout", v); err != nil {
		p.Log.Error("cannot make a page", "page", p.r.URL.Path, "error", err.Error())
		http.Error(p.w, "The page failed.", http.StatusInternalServerError)
		return
	}
	p.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(p.w, p.r, status, body.Bytes())
}

// part sends a part of a page, for the script.
func (p *page) part(name, part string, data any) {
	var body bytes.Buffer
	if err := p.template(name).ExecuteTemplate(&body, part, data); err != nil {
		p.Log.Error("cannot make a part of a page", "page", p.r.URL.Path, "error", err.Error())
		http.Error(p.w, "The page failed.", http.StatusInternalServerError)
		return
	}
	p.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(p.w, p.r, http.StatusOK, body.Bytes())
}
