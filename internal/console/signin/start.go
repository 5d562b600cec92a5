package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// started is a sign-in under way, which a cookie of its own holds.
type started struct {
	state, nonce, verifier string
	// to is the page to return to.
	to string
	at time.Time
}

const (
	// startLife is how long a person has to sign in at the provider.
	startLife = 10 * time.Minute
	// startSlots is how many sign-ins one browser can have under way, in tabs that do
	// not know each other.
	startSlots = 4
	// maxReturn bounds the address to return to, which is in the cookie.
	maxReturn = 600
)

// start sends the browser to the provider.
func (d *Door) start(w http.ResponseWriter, r *http.Request) {
	if !isPageLoad(r) {
		w.WriteHeader(http.StatusUnauthorized) // a script can't follow to the provider
		return
	}
	if r.FormValue("again") == "" && d.startIsNeedless(w, r) {
		return
	}
	p, err := d.provider(r.Context())
	if err != nil {
		d.fail(w, r, "discovery", err, notice{status: http.StatusBadGateway, title: "The provider does not respond", text: []string{"You can't sign in right now. Nothing was lost."}}, again(r.FormValue("to")))
		return
	}
	to := console.ReturnTo(r.FormValue("to"))
	if len(to) > maxReturn {
		to = console.Base + "/"
	}
	slot := freeSlot(r)
	s := started{state: slot + "." + rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), to: to, at: d.Now()}
	sealed, err := d.seal(r.Context(), startCookie+slot, s.encode())
	if err != nil {
		d.fail(w, r, "seal", err, unreadableKeys, again(to))
		return
	}
	setCookie(w, startCookie+slot, sealed, startLife)
	client, err := d.client(r.Context(), p, nil)
	if err != nil {
		d.fail(w, r, "client", err, unreadableKeys, again(to))
		return
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.verifier)}
	for name, values := range d.Parameters {
		options = append(options, oauth2.SetAuthURLParam(name, strings.Join(values, " ")))
	}
	http.Redirect(w, r, client.AuthCodeURL(s.state, options...), http.StatusSeeOther)
}

// startIsNeedless sends a browser elsewhere that has a session, and reports whether it
// did. Whose token has expired gets another one without the provider's pages.
func (d *Door) startIsNeedless(w http.ResponseWriter, r *http.Request) bool {
	s, found, err := d.read(r)
	to := console.ReturnTo(r.FormValue("to"))
	switch {
	case err != nil || !found:
		return false
	case d.renewable(r, s):
		http.Redirect(w, r, withTo(renewPath, to), http.StatusSeeOther) // #nosec G710 -- a page of the console, by console.ReturnTo
		return true
	case s.usable(d.Now()):
		// The API refused the token, or the person followed an old link. The provider may
		// let them in without a page, so to send them there could go round in circles.
		d.show(w, r, alreadyIn, link{Href: to, Text: "Go on", Primary: true}, link{Href: withAgain(to), Text: "Sign in again"})
		return true
	}
	return false
}

// freeSlot returns a slot without a cookie, or else any: more tabs than slots are signing
// in, or were closed half-way.
func freeSlot(r *http.Request) string {
	for i := range startSlots {
		if slot := strconv.Itoa(i); len(r.CookiesNamed(startCookie+slot)) == 0 {
			return slot
		}
	}
	b := make([]byte, 1)
	_, _ = rand.Read(b)
	return strconv.Itoa(int(b[0]) % startSlots)
}

// finish returns the sign-in whose state the provider returned, and deletes its cookie,
// so that the same response does not count twice. found is false for any other state.
func (d *Door) finish(ctx context.Context, w http.ResponseWriter, r *http.Request, state string) (s started, found bool, err error) {
	slot, _, _ := strings.Cut(state, ".")
	n, err := strconv.Atoi(slot)
	if err != nil || n < 0 || n >= startSlots || strconv.Itoa(n) != slot {
		return s, false, nil
	}
	raw, err := d.open(ctx, startCookie+slot, cookie(r, startCookie+slot))
	if err == errForged {
		return s, false, nil
	}
	if err == nil {
		s, err = decodeStarted(raw)
	}
	if err != nil {
		return s, false, err
	}
	if subtle.ConstantTimeCompare([]byte(s.state), []byte(state)) != 1 {
		return s, false, nil
	}
	setCookie(w, startCookie+slot, "", 0)
	age := d.Now().Sub(s.at)
	return s, age >= 0 && age < startLife, nil
}

// encode does not compress: the address to return to, which anybody can choose, must not
// share a compressed text with the verifier.
func (s started) encode() []byte {
	var b []byte
	for _, field := range []string{s.state, s.nonce, s.verifier, s.to, strconv.FormatInt(s.at.Unix(), 10)} {
		b = appendField(b, field)
	}
	return b
}

func decodeStarted(b []byte) (s started, err error) {
	f, err := splitFields(b, 5)
	if err != nil {
		return s, err
	}
	at, err := strconv.ParseInt(f[4], 10, 64)
	return started{state: f[0], nonce: f[1], verifier: f[2], to: f[3], at: time.Unix(at, 0)}, err
}

// withTo returns a path with the page to return to.
func withTo(path, to string) string { return path + "?to=" + url.QueryEscape(console.ReturnTo(to)) }

// withAgain returns the path of a sign-in whatever session there is.
func withAgain(to string) string { return withTo(startPath, to) + "&again=yes" }
