package signin

import (
	"context"
	"fmt"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// The pages of the door.
const (
	startPath     = console.Base + "/sign-in"
	callbackPath  = console.Base + "/callback"
	renewPath     = console.Base + "/renew"
	signOutPath   = console.Base + "/sign-out"
	signedOutPath = console.Base + "/signed-out"
)

// Door lets people in who sign in with an OpenID provider. It is safe for concurrent use.
type Door struct {
	Options
	seals      *kept[seals]
	secret     *kept[string]
	discovered discovered
	pages      pages
}

var _ console.Sessions = (*Door)(nil)

// New returns a door. It calls nobody: neither the provider nor [Options.Keys].
func New(o Options) (*Door, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	d := &Door{Options: o}
	d.seals = &kept[seals]{now: o.Now, read: func(ctx context.Context) (seals, error) {
		keys, err := o.Keys(ctx)
		if err != nil {
			return nil, err
		}
		return newSeals(keys)
	}}
	if o.ClientSecret != nil {
		d.secret = &kept[string]{now: o.Now, read: o.ClientSecret}
	}
	return d, nil
}

// Mount adds the pages of the door.
func (d *Door) Mount(mux *http.ServeMux, c *console.Console) {
	d.pages.console = c
	for path, step := range map[string]http.HandlerFunc{startPath: d.start, callbackPath: d.callback, renewPath: d.renew} {
		mux.HandleFunc("GET "+path, step)
		mux.HandleFunc("HEAD "+path, refuseHead) // which GET would take too
	}
	mux.HandleFunc("POST "+signOutPath, d.signOut)
	mux.HandleFunc("GET "+signedOutPath, d.signedOut)
}

// refuseHead refuses to look at a step of a sign-in: it works once, for the browser of a
// person.
func refuseHead(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", http.MethodGet)
	w.WriteHeader(http.StatusMethodNotAllowed)
}

// Signer returns the signer of the person's calls, or nil if they must go to
// [Door.SignIn] first: to sign in, or to have the token refreshed on the way.
func (d *Door) Signer(w http.ResponseWriter, r *http.Request) (api.Signer, error) {
	s, found, err := d.read(r)
	if err != nil {
		d.Log.Error("cannot read a session", "reason", err.Error())
		return nil, &api.Problem{Status: http.StatusServiceUnavailable, Detail: "The console can't read its keys. Nothing was lost; try again."}
	}
	now := d.Now()
	switch {
	case !found, d.renewable(r, s):
		return nil, nil
	case s.usable(now):
		return api.Bearer(s.token), nil
	case r.Method != http.MethodPost || !isPageLoad(r) || !s.due(now) || cookie(r, turnCookie) != "":
		return nil, nil
	}
	// A form can't be sent on a way around. It refreshes by itself, unless a tab does.
	newer, err := d.refresh(r.Context(), s)
	if err == nil {
		err = d.write(w, r, newer)
	}
	if err != nil {
		d.Log.Info("a session was not refreshed", "reason", reason(err))
		return nil, nil
	}
	return api.Bearer(newer.token), nil
}

// renewable reports whether the page should be loaded by way of [Door.renew].
func (d *Door) renewable(r *http.Request, s session) bool {
	return s.due(d.Now()) && isPageLoad(r) && r.Method == http.MethodGet && cookie(r, holdCookie) == ""
}

// SignIn returns where a browser gets a token: from the refresh token that it has, or
// from the provider.
func (d *Door) SignIn(r *http.Request) string {
	if s, found, err := d.read(r); err == nil && found && d.renewable(r, s) {
		return renewPath
	}
	return startPath
}

// SignOut returns the path of the sign-out.
func (d *Door) SignOut() string { return signOutPath }

// isPageLoad reports whether a person loads a page, rather than a script a part of it.
// Browsers say so by Sec-Fetch-Mode.
func isPageLoad(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode")
	return !console.IsPoll(r) && (mode == "" || mode == "navigate")
}
