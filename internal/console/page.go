package console

import (
	"net/http"
	"net/url"

	"github.com/fasttrack-dev/fasttrack/api"
)

// page is one page that is being made for a person.
type page struct {
	*Console
	w    http.ResponseWriter
	r    *http.Request
	call *api.Client
	// me is who is signed in, and what every page shows of them. It is empty until
	// start has succeeded.
	me api.Me
}

// signedIn returns a handler that finds out who calls, shows the page, and turns an
// error into a page.
func (c *Console) signedIn(show func(*page) error) http.HandlerFunc {
	return c.withCaller(func(p *page) error {
		if err := p.start(); err != nil {
			return err
		}
		return show(p)
	})
}

// withCaller returns a handler like [Console.signedIn] of a response that doesn't show
// who is signed in.
func (c *Console) withCaller(show func(*page) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &page{Console: c, w: w, r: r}
		signer, err := c.Sessions.Signer(w, r)
		if err == nil && signer == nil {
			p.signIn()
			return
		}
		if err == nil {
			p.call, err = c.client(signer)
		}
		if err == nil {
			err = show(p)
		}
		if err != nil {
			p.fail(err)
		}
	}
}

// client returns the client for calls of a person. It does not retry: a person presses
// again, and a page must not take as long as retries do.
func (c *Console) client(signer api.Signer) (*api.Client, error) {
	return api.NewWithOptions(c.API, signer, api.Options{HTTPClient: c.HTTPClient, UserAgent: "fasttrack-console", Channel: api.ChannelWeb, Retries: -1})
}

// signIn sends the browser to where the person signs in, and back to this page after.
func (p *page) signIn() {
	to := p.signInHere()
	switch {
	case IsPoll(p.r):
		p.w.WriteHeader(http.StatusUnauthorized)
	case to == "":
		p.fail(&api.Problem{Status: http.StatusUnauthorized, Detail: "Nobody is signed in in this browser. Open the address that the program printed."})
	default:
		http.Redirect(p.w, p.r, to, http.StatusSeeOther)
	}
}

// signInHere returns the address at which a person signs in and returns to this page. It
// is empty for a door without one.
func (p *page) signInHere() string {
	to := p.Sessions.SignIn(p.r)
	if to == "" {
		return ""
	}
	back := SignedInPath // for a new tab: a form cannot be returned to
	if p.r.Method == http.MethodGet {
		back = p.r.URL.RequestURI()
	}
	return to + "?to=" + url.QueryEscape(back)
}

// start reads what every page shows: who is signed in, and what waits for them. Home
// also shows what they hold, and a page about a flow the flow: they come with it.
func (p *page) start() error {
	in := api.MeInput{Flow: p.r.PathValue("flow")}
	if p.r.URL.Path == Base+"/" {
		in.Live = 4
	}
	me, err := p.call.Me(p.r.Context(), in)
	if err == nil {
		p.me = *me
	}
	return err
}
