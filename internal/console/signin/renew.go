package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// A provider may revoke a whole session if one refresh token is used twice, as two tabs
// would that a browser restores together. They share no server and no memory, but they
// share the cookies. So they take turns by Fischer's algorithm, with a cookie as the
// shared variable: see that nobody has the turn, write your name, wait until whoever saw
// the same must have written theirs, and go ahead if your name still stands.
//
// settle must be longer than one of those requests takes. If it is not, two tabs may
// refresh at once; the one that is refused then reads the other's cookie (lastTry).
const (
	settle = 500 * time.Millisecond
	// turnLife ends the turn of a tab that was closed.
	turnLife = 10 * time.Second
	// patience is how often a tab waits for another's turn. With the steps of its own
	// turn it stays below the 20 redirects that browsers follow.
	patience = 10
	// holdLife is how long a token that can't be refreshed is used on, before the next try.
	holdLife = 30 * time.Second
)

// renew refreshes the token of a session, and returns to the page. It is a page of its
// own, so that each step sends the cookies anew.
func (d *Door) renew(w http.ResponseWriter, r *http.Request) {
	if !isPageLoad(r) {
		w.WriteHeader(http.StatusUnauthorized) // a poll never refreshes
		return
	}
	q := r.URL.Query()
	to := console.ReturnTo(q.Get("to"))
	s, found, err := d.read(r)
	switch {
	case err != nil:
		d.fail(w, r, "open", err, unreadableKeys, again(to))
		return
	case found && !s.due(d.Now()) && s.usable(d.Now()): // another tab was here
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
		return
	case !found || s.refresh == "":
		http.Redirect(w, r, withTo(startPath, to), http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
		return
	}
	waited, _ := strconv.Atoi(q.Get("waited"))
	step := func(turn, at string, waited int) {
		http.Redirect(w, r, renewPath+"?"+url.Values{"to": {to}, "turn": {turn}, "at": {at}, "waited": {strconv.Itoa(waited)}}.Encode(), http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
	}
	holder, mine, at := cookie(r, turnCookie), q.Get("turn"), q.Get("at")
	switch {
	case holder != "" && holder != mine && waited < patience:
		d.Sleep(r.Context(), settle)
		step("", at, waited+1)
	case at == lastTry:
		d.unrenewed(w, r, s, to)
	case holder == "" || holder != mine:
		name := rand.Text()
		setCookie(w, turnCookie, name, turnLife)
		step(name, "written", waited)
	case at == "written":
		d.Sleep(r.Context(), settle)
		step(mine, "settled", waited)
	default:
		d.takeTurn(w, r, s, to, func() {
			d.Sleep(r.Context(), settle)
			step("", lastTry, waited)
		})
	}
}

// lastTry is the step after a refusal: whoever used the refresh token first has set the
// cookies by now.
const lastTry = "last"

// takeTurn refreshes, and calls refused if the provider refused.
func (d *Door) takeTurn(w http.ResponseWriter, r *http.Request, s session, to string, refused func()) {
	newer, err := d.refresh(r.Context(), s)
	if err == nil {
		err = d.write(w, r, newer)
	}
	setCookie(w, turnCookie, "", 0)
	switch {
	case err == nil:
		http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
	case refusal(err) != "":
		d.Log.Info("a session was not refreshed", "reason", reason(err))
		refused()
	case errors.Is(err, errTooLarge):
		d.fail(w, r, "cookie", err, tooLarge)
	default:
		d.Log.Warn("a session was not refreshed", "reason", reason(err))
		d.unrenewed(w, r, s, to)
	}
}

// unrenewed goes on with a token that could not be refreshed: it is used while it is
// valid, and after that the person signs in. Whoever is signed in at the provider sees
// no page of it. The session's cookies stay as they are, since another tab may have set
// newer ones.
func (d *Door) unrenewed(w http.ResponseWriter, r *http.Request, s session, to string) {
	if !s.usable(d.Now()) {
		http.Redirect(w, r, withAgain(to), http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
		return
	}
	setCookie(w, holdCookie, "1", holdLife)
	http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
}

// refresh returns the session with a newer token.
func (d *Door) refresh(ctx context.Context, s session) (session, error) {
	p, err := d.provider(ctx)
	if err != nil {
		return s, err
	}
	t, err := d.call(ctx, p, func(ctx context.Context, c *oauth2.Config) (*oauth2.Token, error) {
		return c.TokenSource(ctx, &oauth2.Token{RefreshToken: s.refresh}).Token()
	})
	if err != nil {
		return s, err
	}
	return d.renewed(ctx, p, t, s)
}
