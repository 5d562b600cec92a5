package issuertest

import (
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// code is an authorization code. It can be used once, within a minute.
type code struct {
	request url.Values
	grant   Grant
	made    time.Time
	used    bool
	// session is the sign-in, which all its refresh tokens share.
	session string
}

// authorize shows the page on which a person is chosen, or sends the browser back with
// a code.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	i.counts["authorize"]++
	q := r.URL.Query()
	back := q.Get("redirect_uri")
	if q.Get("client_id") != i.options.ClientID || len(i.options.RedirectURIs) > 0 && !slices.Contains(i.options.RedirectURIs, back) {
		page(w, http.StatusBadRequest, "Unknown client", "<p>The client or its redirect URI is not registered.</p>")
		return
	}
	if why := i.unfit(q); why != "" {
		i.sendBack(w, r, q, url.Values{"error": {why}, "error_description": {"Refused by the issuer for tests."}})
		return
	}
	switch as := q.Get("as"); {
	case as == "nobody":
		i.sendBack(w, r, q, url.Values{"error": {"access_denied"}})
	case as != "":
		i.grantCode(w, r, q, as)
	case i.as != "":
		i.grantCode(w, r, q, i.as)
	default:
		i.choose(w, q)
	}
}

// unfit returns the error code of an authorization request, or "".
func (i *Issuer) unfit(q url.Values) string {
	for _, scope := range strings.Fields(q.Get("scope")) {
		if !slices.Contains(i.profile.Scopes, scope) && !strings.HasPrefix(scope, "api://") {
			return "invalid_scope"
		}
	}
	switch {
	case q.Get("response_type") != "code":
		return "unsupported_response_type"
	case q.Get("code_challenge") == "", q.Get("code_challenge_method") != "S256", q.Get("state") == "", q.Get("nonce") == "",
		!contains(q.Get("scope"), "openid"):
		return "invalid_request"
	}
	return ""
}

func (i *Issuer) grantCode(w http.ResponseWriter, r *http.Request, q url.Values, email string) {
	at := slices.IndexFunc(i.options.People, func(p Person) bool { return p.Email == email })
	if at < 0 {
		i.sendBack(w, r, q, url.Values{"error": {"access_denied"}})
		return
	}
	now := i.options.Now()
	value := rand.Text()
	i.codes[value] = &code{
		request: q, made: now, session: rand.Text(),
		grant: Grant{
			Person: i.options.People[at], ClientID: i.options.ClientID, Issuer: i.URL(),
			Scopes: strings.Fields(q.Get("scope")), AuthTime: now.Unix(),
		},
	}
	i.sendBack(w, r, q, url.Values{"code": {value}})
}

func (i *Issuer) sendBack(w http.ResponseWriter, r *http.Request, q, parameters url.Values) {
	parameters.Set("state", q.Get("state"))
	if i.profile.IssParameter {
		parameters.Set("iss", i.URL())
	}
	if i.tamper.Callback != nil {
		i.tamper.Callback(parameters)
	}
	http.Redirect(w, r, redirectTo(q.Get("redirect_uri"), parameters), http.StatusFound) // #nosec G710 -- what a provider does; for tests
}

// choose shows a link for each person.
func (i *Issuer) choose(w http.ResponseWriter, q url.Values) {
	var list strings.Builder
	link := func(as, text string) {
		to := url.Values{}
		for name, values := range q {
			to[name] = values
		}
		to.Set("as", as)
		fmt.Fprintf(&list, "<li><a href=\"?%s\">%s</a></li>", html.EscapeString(to.Encode()), html.EscapeString(text))
	}
	for _, p := range i.options.People {
		link(p.Email, p.Name+" ("+p.Email+")")
	}
	link("nobody", "Nobody: refuse")
	page(w, http.StatusOK, "Sign in to "+i.profile.Name, "<ul>"+list.String()+"</ul>")
}

// page sends HTML.
func page(w http.ResponseWriter, status int, title, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>`+
		html.EscapeString(title)+"</title><main><h1>"+html.EscapeString(title)+"</h1>"+body+"</main></html>")
}
