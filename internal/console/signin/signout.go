package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// revokeTimeout bounds how long a sign-out waits for the provider.
const revokeTimeout = 3 * time.Second

// signOut ends the session: it deletes the cookies, and has the provider revoke the
// refresh token. It then shows a page of the console, since form-action 'self' lets no
// form redirect to the provider.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) {
	s, found, err := d.read(r)
	deleteSession(w)
	setCookie(w, turnCookie, "", 0)
	setCookie(w, holdCookie, "", 0)
	done := signedOutPath
	if found && err == nil {
		ctx, cancel := context.WithTimeout(r.Context(), revokeTimeout)
		defer cancel()
		if err = d.revoke(ctx, s); err != nil {
			d.Log.Warn("a refresh token was not revoked", "reason", reason(err))
		}
	}
	if err != nil {
		done += "?revoked=no"
	}
	http.Redirect(w, r, done, http.StatusSeeOther)
}

// revoke calls the revocation endpoint (RFC 7009), if the provider has one.
func (d *Door) revoke(ctx context.Context, s session) error {
	if s.refresh == "" {
		return nil
	}
	p, err := d.provider(ctx)
	if err != nil || p.Revocation == "" {
		return err
	}
	var secret func(context.Context) (string, error)
	if d.secret != nil {
		secret = d.secret.get
	}
	c, err := d.client(ctx, p, secret)
	if err != nil {
		return err
	}
	form := url.Values{"token": {s.refresh}, "token_type_hint": {"refresh_token"}}
	basic := c.Endpoint.AuthStyle == oauth2.AuthStyleInHeader
	if !basic {
		form.Set("client_id", c.ClientID)
		if c.ClientSecret != "" {
			form.Set("client_secret", c.ClientSecret)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Revocation, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		req.SetBasicAuth(url.QueryEscape(c.ClientID), url.QueryEscape(c.ClientSecret))
	}
	res, err := d.HTTPClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the revocation endpoint responds %d", res.StatusCode)
	}
	return nil
}

// signedOut is the page after a sign-out.
func (d *Door) signedOut(w http.ResponseWriter, r *http.Request) {
	n := notice{status: http.StatusOK, title: "You are signed out of the console"}
	if r.URL.Query().Get("revoked") == "no" {
		n.text = append(n.text, "The provider did not confirm that it has forgotten this session. A copy of your cookies would work until the session ends.")
	}
	links := []link{{Href: startPath, Text: "Sign in", Primary: true}}
	if end := d.endSession(r.Context()); end != "" {
		n.text = append(n.text, "You may still be signed in at your provider: then the next sign-in asks for no password.")
		links = append(links, link{Href: end, Text: "Sign out of the provider too"})
	}
	d.show(w, r, n, links...)
}

// endSession returns the page on which the provider ends its own session; "" for none.
// It names the client by the parameters of OpenID Connect RP-Initiated Logout, and by
// logout_uri for Amazon Cognito. No ID token is sent as a hint: none is kept.
func (d *Door) endSession(ctx context.Context) string {
	if d.SignOutURL != "" {
		return d.SignOutURL
	}
	p, err := d.provider(oidc.ClientContext(ctx, d.HTTPClient))
	if err != nil {
		return ""
	}
	u, err := url.Parse(p.EndSession)
	if err != nil || p.EndSession == "" || secureURL("end_session_endpoint", p.EndSession) != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", d.ClientID)
	q.Set("post_logout_redirect_uri", d.Origin+signedOutPath)
	q.Set("logout_uri", d.Origin+signedOutPath)
	u.RawQuery = q.Encode()
	return u.String()
}
