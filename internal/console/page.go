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
	// me is empty until start has succeeded.
	me me
}

// me is who is signed in, and what every page shows of them.
type me struct {
	ID, Email, Name string
	Groups          []string
	// Flows are those that the person may request.
	Flows []api.Flow
	// Inbox is the number of requests that wait for the person; InboxMore says that
	// there are others.
	Inbox     int
	InboxMore bool
}

// signedIn returns a handler that finds out who calls, shows the page, and turns an
// error into a page.
func (c *Console) signedIn(show func(*page) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &page{Console: c, w: w, r: r}
		signer, err := c.Sessions.Signer(w, r)
		if err == nil && signer == nil {
			p.signIn()
			return
		}
		if err == nil {
			// A person presses again; a page must not take as long as retries do.
			p.call, err = api.NewWithOptions(c.API, signer, api.Options{HTTPClient: c.HTTPClient, UserAgent: "fasttrack-console", Channel: api.ChannelWeb, Retries: -1})
		}
		if err == nil {
			if err = p.start(); err == nil {
				err = show(p)
			}
		}
		if err != nil {
			p.fail(err)
		}
	}
}

// signIn sends the browser to where the person signs in, and back to this page after.
func (p *page) signIn() {
	to := p.Sessions.SignIn(p.r)
	switch {
	case IsPoll(p.r):
		p.w.WriteHeader(http.StatusUnauthorized)
	case to == "":
		p.fail(&api.Problem{Status: http.StatusUnauthorized, Detail: "Nobody is signed in in this browser. Open the address that the program printed."})
	default:
		back := Base + "/"
		if p.r.Method == http.MethodGet {
			back = p.r.URL.RequestURI()
		}
		http.Redirect(p.w, p.r, to+"?to="+url.QueryEscape(back), http.StatusSeeOther)
	}
}

// start reads what every page shows: who is signed in, and what waits for them.
func (p *page) start() error {
	ctx := p.r.Context()
	type inbox struct {
		list *api.RequestList
		err  error
	}
	waiting := make(chan inbox, 1)
	go func() {
		list, err := p.call.List(ctx, api.ListInput{View: api.ViewInbox})
		waiting <- inbox{list, err}
	}()
	flows, err := p.call.Flows(ctx)
	in := <-waiting
	if err != nil {
		return err
	}
	p.me = me{ID: "unknown", Flows: flows}
	if in.err == nil { // without the number, a page is still worth showing
		p.me.Inbox, p.me.InboxMore = len(in.list.Requests), in.list.NextCursor != ""
	}
	return nil
}
