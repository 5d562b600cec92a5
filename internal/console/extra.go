package console

import (
	"html/template"
	"net/http"
)

// Extra is a page that only a console on a person's own machine has: beside the API, it
// uses what the machine holds. The page is for people who are signed in.
type Extra struct {
	// Path is where the page is, below [Base], such as "/backtest". It also gets what is
	// below that.
	Path string
	// Label and Icon are those of the page's entry in the navigation.
	Label, Icon string
	// Serve responds to a request with a redirect or by show. An error becomes a page;
	// an [*api.Problem] one that has its detail.
	Serve func(c *Console, w http.ResponseWriter, r *http.Request, show Show) error
}

// Show sends a page with the navigation. t defines "main" and is a clone of
// [Console.Frame].
type Show func(status int, t *template.Template, title string, data any)

// mountExtras adds the extra pages to mux.
func (c *Console) mountExtras(mux *http.ServeMux) {
	for _, e := range c.Extras {
		serve := c.signedIn(func(p *page) error {
			return e.Serve(p.Console, p.w, p.r, func(status int, t *template.Template, title string, data any) {
				p.renderWith(status, t, title, data)
			})
		})
		mux.HandleFunc(Base+e.Path, serve)
		mux.HandleFunc(Base+e.Path+"/", serve)
	}
}
