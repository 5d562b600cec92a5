package console_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

// posting is an API that remembers the calls that change something.
type posting struct {
	fakeAPI
	handler http.Handler

	lock sync.Mutex
	// sent are the calls, and bodies what they sent.
	sent   []*http.Request
	bodies []string
	// refuse is the response to them, and to the calls that read afterwards if it says so.
	refuse any
	// lost are the paths that respond as refuse says although they change nothing.
	lost func(path string) bool
}

// newPosting returns an API that responds as [requestAnswers] does.
func newPosting(t testing.TB) *posting {
	p := &posting{fakeAPI: fakeAPI{t: t}}
	p.respond = func(r *http.Request) any {
		if r.Method == http.MethodGet {
			if p.lost != nil && p.lost(r.URL.Path) {
				return p.refuse
			}
			return requestAnswers(r)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.lock.Lock()
		defer p.lock.Unlock()
		p.sent, p.bodies = append(p.sent, r.Clone(r.Context())), append(p.bodies, string(body))
		if p.refuse != nil {
			return p.refuse
		}
		return requestAnswers(r)
	}
	p.handler = p.serve()
	return p
}

// last returns the last call that changed something, and what it sent.
func (p *posting) last() (*http.Request, string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if len(p.sent) == 0 {
		p.t.Fatal("nothing was sent")
	}
	return p.sent[len(p.sent)-1], p.bodies[len(p.bodies)-1]
}

// post sends a form as Ada's browser does; nobody's if who is empty.
func post(t testing.TB, h http.Handler, path, who string, in url.Values) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest("POST", "http://console.example.com"+path, strings.NewReader(in.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

const ada = "ada@example.com"

// formOn returns what a browser would send of the form of a page that posts to an
// address, if somebody pressed its button.
func formOn(t *testing.T, page, action string) url.Values {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var in url.Values
	area, chosen, options := "", "", 0
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch e := token.(type) {
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			_, checked := attr["checked"]
			_, selected := attr["selected"]
			switch {
			case e.Name.Local == "form" && in == nil && attr["action"] == action:
				in = url.Values{}
			case in == nil || e.Name.Local != "option" && attr["name"] == "":
			case e.Name.Local == "input" && (attr["type"] == "radio" || attr["type"] == "checkbox"):
				if checked {
					in.Add(attr["name"], attr["value"])
				}
			case e.Name.Local == "input":
				in.Add(attr["name"], attr["value"])
			case e.Name.Local == "textarea":
				area = attr["name"]
				in.Add(area, "")
			case e.Name.Local == "select":
				chosen, options = attr["name"], 0
			case e.Name.Local == "option" && chosen != "":
				if options++; options == 1 || selected {
					in.Set(chosen, attr["value"])
				}
			}
		case xml.CharData:
			if area != "" {
				in.Set(area, in.Get(area)+string(e))
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "form":
				if in != nil {
					return in
				}
			case "textarea":
				area = ""
			case "select":
				chosen = ""
			}
		}
	}
	t.Fatalf("the page has no form that posts to %s: %s", action, page)
	return nil
}

// problem returns a refusal of the API.
func problem(status int, errs ...api.FieldError) *api.Problem {
	return &api.Problem{Status: status, Title: http.StatusText(status), Detail: "The detail of <this> problem.", Instance: "1-5f-instance", Type: "about:blank", Errors: errs}
}
