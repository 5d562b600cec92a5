package browser

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// signInWith serves a console whose people sign in with a provider of another site: a
// browser takes 127.0.0.1 and localhost for two.
func signInWith(t *testing.T, p issuertest.Profile, c *canned) (origin string, issuer *issuertest.Issuer) {
	t.Helper()
	provider := httptest.NewUnstartedServer(nil)
	issuer = issuertest.New("http://localhost:"+port(t, provider.Listener.Addr()), p, issuertest.Options{})
	provider.Config.Handler = issuer.Handler()
	provider.Start()
	t.Cleanup(provider.Close)

	upstream := httptest.NewServer(c)
	t.Cleanup(upstream.Close)
	server := httptest.NewUnstartedServer(nil)
	origin = "http://127.0.0.1:" + port(t, server.Listener.Addr())
	door, err := signin.New(signin.Options{
		Issuer: issuer.URL(), ClientID: issuer.ClientID(), Origin: origin, Token: signin.IDToken,
		ClientSecret: func(context.Context) (string, error) { return issuer.ClientSecret(), nil },
		Keys:         func(context.Context) ([][]byte, error) { return [][]byte{[]byte(strings.Repeat("k", 32))}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := console.New(console.Options{API: upstream.URL, Sessions: door})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = pages.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return origin, issuer
}

func port(t *testing.T, a net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// A browser signs in at a provider of another site, with the cookies that it keeps in
// fact, comes back to the page that it opened first, and signs out.
func TestSignInAtAProvider(t *testing.T) {
	for _, p := range []issuertest.Profile{issuertest.Cognito(), issuertest.Okta(), issuertest.Entra(), issuertest.Google()} {
		t.Run(p.Name, func(t *testing.T) {
			origin, _ := signInWith(t, p, &canned{responses: everyday()})
			b := newTab(t)
			b.open(origin + "/console/requests/" + requestID(1))
			b.until("the provider asks who signs in", `location.hostname === "localhost"`)
			b.run(chromedp.Click("a", chromedp.ByQuery))
			b.until("the page that was opened first", `location.pathname === "/console/requests/`+requestID(1)+`" && document.querySelector("h1")`)
			var kept []*network.Cookie
			b.run(chromedp.ActionFunc(func(ctx actionContext) (err error) {
				kept, err = network.GetCookies().WithURLs([]string{origin}).Do(ctx)
				return err
			}))
			session := 0
			for _, c := range kept {
				if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HTTPOnly || c.SameSite == network.CookieSameSiteNone || c.Path != "/" {
					t.Errorf("cookie %+v", c)
				}
				session++
			}
			if session == 0 {
				t.Error("the browser keeps no cookie")
			}
			if seen := b.js(`document.cookie`); seen != "" {
				t.Errorf("scripts see %q", seen)
			}
			b.run(chromedp.Click(`[aria-label="Sign out"]`, chromedp.ByQuery))
			b.until("the page after the session", `location.origin === "`+origin+`" && document.querySelector("main").innerText.toLowerCase().includes("signed out")`)
			b.accessible()
			b.open(origin + "/console/")
			b.until("the provider asks again", `location.hostname === "localhost"`)
		})
	}
}
