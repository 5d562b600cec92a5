package e2e

import (
	"context"
	"fmt"
	"html"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// consoles are the deployments of the console: with tokens alone, and beside callers
// that sign.
var consoles = map[string]struct {
	profile    issuertest.Profile
	parameters map[string]string
}{
	"tokens":                {issuertest.Cognito(), map[string]string{"AuthMode": "JWT", "JwtAudience": "console", "ConsoleToken": "id"}},
	"beside those who sign": {issuertest.Okta(), map[string]string{"AuthMode": "IAM", "JwtAudience": "api://default", "JwtTrustEmail": "true", "ConsoleClientSecretArn": clientSecret}},
}

const clientSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:console-client"

// consoleParameters are those of a console at an origin whose people sign in at i.
func consoleParameters(i *issuertest.Issuer, origin string, more map[string]string) map[string]string {
	p := map[string]string{"JwtIssuer": i.URL(), "ConsoleClientId": i.ClientID(), "ConsoleOrigin": origin}
	maps.Copy(p, more)
	return p
}

// People sign in with an issuer, request, approve and end access, all by pages, on what
// `make run` serves. The gateway verifies their tokens.
func TestConsole(t *testing.T) {
	if emulated() {
		t.Skip("TestDeployedConsole plays it on the emulator")
	}
	for name, c := range consoles {
		t.Run(name, func(t *testing.T) {
			addr := freeAddr(t)
			o := issuertest.Options{RedirectURIs: []string{"http://" + addr + "/console/callback"}}
			if c.parameters["ConsoleClientSecretArn"] != "" {
				o.ClientSecret = "s3cret of the client"
				t.Setenv("FASTTRACK_SECRET_ARN_AWS_SECRETSMANAGER_US_EAST_1_123456789012_SECRET_CONSOLE_CLIENT", o.ClientSecret)
			}
			issuer := issuertest.Start(t, c.profile, o)
			on, stack := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{Addr: addr, Parameters: consoleParameters(issuer, "http://"+addr, c.parameters)})
			consolePlay{t: t, issuer: issuer, origin: on.url}.play()

			if url := stack.Template.Parameters["ConsoleOrigin"] + "/console/"; !strings.HasPrefix(url, on.url) {
				t.Errorf("the console is at %s", url)
			}
		})
	}
}

// freeAddr returns an address of this machine on which nothing listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// consolePlay is a console that people use.
type consolePlay struct {
	t      *testing.T
	issuer *issuertest.Issuer
	origin string
	// connect makes connections for the console's origin; nil is as for any.
	connect func(ctx context.Context, network, addr string) (net.Conn, error)
}

// play has Ada request access, Grace approve it, and Ada end it.
func (p consolePlay) play() {
	p.t.Helper()
	ada, grace := p.open(), p.open()

	// The host alone leads to the console, and the console to the issuer.
	p.issuer.SignInAs("ada@example.com")
	page := ada.get("/")
	page.has(200, "/console/", "ada@example.com")
	form := ada.get("/console/new/aws-access")
	form.has(200, "/console/new/aws-access", "AWS access")
	sent := ada.post("/console/new/aws-access", form, url.Values{
		"f.target": {"prod-ro"}, "f.urgency": {"Normal"}, "duration": {"3600"}, "reason": {"have a look <b>now</b>"},
	})
	id := regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`).FindString(sent.at)
	sent.has(200, "/console/requests/"+id, "have a look &lt;b&gt;now&lt;/b&gt;")
	if id == "" || strings.Contains(sent.body, "<b>now") {
		p.t.Fatalf("the request is at %s: %s", sent.at, sent.body)
	}
	ada.await(id, "Waits for a decision", "Waiting")

	// Ada may not approve it, by whatever form.
	ada.post("/console/requests/"+id+"/approve", ada.get("/console/requests/"+id), url.Values{"reason": {"myself"}}).
		has(403, "/console/requests/"+id+"/approve", "not yours to do")
	// A page of another origin can't have her do anything, and nobody else sees it.
	if other := ada.send("POST", "/console/requests/"+id+"/cancel", url.Values{"reason": {"gotcha"}}, "Origin", "https://evil.example.com", "Sec-Fetch-Site", "cross-site"); other.status != 403 {
		p.t.Errorf("a form of another origin: %d", other.status)
	}
	p.issuer.SignInAs("margaret@example.com")
	p.open().get("/console/requests/"+id).has(404, "/console/requests/"+id, "Unknown request")

	p.issuer.SignInAs("grace@example.com")
	grace.get("/console/inbox").has(200, "/console/inbox", id)
	seen := grace.get("/console/requests/" + id)
	seen.has(200, "/console/requests/"+id, "Your decision")
	grace.post("/console/requests/"+id+"/approve", seen, url.Values{"reason": {"go ahead"}}).has(200, "/console/requests/"+id, "go ahead")
	live := ada.await(id, "Access live", "End access now")
	ada.post("/console/requests/"+id+"/revoke", live, url.Values{"reason": {"done"}}).has(200, "/console/requests/"+id)
	ada.await(id, "Revoked")

	// A stranger's cookies are nobody's, and sign-out ends the session.
	p.issuer.SignInAs("")
	out := ada.post("/console/sign-out", page, nil)
	if out.status != 200 || strings.Contains(ada.get("/console/inbox").at, "/console/inbox") {
		p.t.Errorf("after sign-out: %d at %s", out.status, out.at)
	}
}

// browser has cookies, as a browser that takes 127.0.0.1 for a secure origin.
type browser struct {
	consolePlay
	client *http.Client
}

// open returns a browser in which nobody is signed in.
func (p consolePlay) open() browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	if p.connect != nil {
		transport.DialContext = p.connect
	}
	return browser{p, &http.Client{Jar: secure{jar}, Transport: transport, Timeout: 30 * time.Second}}
}

// secure is a jar that sends Secure cookies to this machine, as browsers do.
type secure struct{ *cookiejar.Jar }

func https(u *url.URL) *url.URL {
	tls := *u
	tls.Scheme = "https"
	return &tls
}

func (s secure) SetCookies(u *url.URL, c []*http.Cookie) { s.Jar.SetCookies(https(u), c) }
func (s secure) Cookies(u *url.URL) []*http.Cookie       { return s.Jar.Cookies(https(u)) }

// page is what a browser shows.
type page struct {
	b        browser
	status   int
	at, body string
}

// text is what the page says.
func (p page) text() string {
	_, main, _ := strings.Cut(p.body, "<main")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString("<main"+main, " ")), " ")
}

// has fails the test unless the page is at a path and shows the texts.
func (p page) has(status int, at string, texts ...string) {
	p.b.t.Helper()
	if p.status != status || p.at != at {
		p.b.t.Fatalf("%d at %s, want %d at %s: %s", p.status, p.at, status, at, p.text())
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			p.b.t.Fatalf("%s does not show %q: %s", p.at, text, p.text())
		}
	}
}

func (b browser) get(path string) page {
	b.t.Helper()
	return b.send("GET", path, nil)
}

// hidden are the hidden fields of a form.
var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// post sends a form of a page with its hidden fields.
func (b browser) post(path string, on page, fields url.Values) page {
	b.t.Helper()
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(on.body, -1) {
		if form.Get(m[1]) == "" {
			form.Set(m[1], html.UnescapeString(m[2]))
		}
	}
	maps.Copy(form, fields)
	return b.send("POST", path, form, "Origin", b.origin, "Sec-Fetch-Site", "same-origin")
}

func (b browser) send(method, path string, form url.Values, headers ...string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	at := res.Request.URL.Path
	if origin := fmt.Sprintf("%s://%s", res.Request.URL.Scheme, res.Request.URL.Host); origin != b.origin {
		at = res.Request.URL.String()
	}
	return page{b, res.StatusCode, at, string(raw)}
}

// await waits until the page of a request shows all of the texts.
func (b browser) await(id string, texts ...string) page {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		p, missing := b.get("/console/requests/"+id), ""
		for _, text := range texts {
			if !strings.Contains(p.body, text) {
				missing = text
			}
		}
		if p.status == 200 && missing == "" {
			return p
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%d at %s, without %q: %s", p.status, p.at, missing, p.text())
		}
	}
}
