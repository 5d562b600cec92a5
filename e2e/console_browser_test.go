package e2e

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// plainBrowser uses the console as a browser without script does: it keeps cookies, follows
// links, and sends forms with the fields that they hold.
type plainBrowser struct {
	t      *testing.T
	client *http.Client
	// at is the address of the page, status its status and page its HTML.
	at     *url.URL
	status int
	page   string
}

func openPlain(t *testing.T) *plainBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &plainBrowser{t: t, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// open opens an address, which may be relative to the page.
func (b *plainBrowser) open(address string) {
	b.t.Helper()
	b.send(http.MethodGet, address, nil)
}

func (b *plainBrowser) send(method, address string, form url.Values) {
	b.t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.at != nil {
		to = b.at.ResolveReference(to)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, to.String(), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", to.Scheme+"://"+to.Host)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
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
	b.at, b.status, b.page = res.Request.URL, res.StatusCode, string(raw)
}

// shows fails the test unless the page has the texts.
func (b *plainBrowser) shows(texts ...string) {
	b.t.Helper()
	for _, want := range texts {
		if !strings.Contains(b.page, want) {
			b.t.Fatalf("%s (%d) lacks %q:\n%s", b.at, b.status, want, b.page)
		}
	}
}

// await reloads the page until it has the text.
func (b *plainBrowser) await(want string) {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(b.page, want); b.open("") {
		if time.Now().After(deadline) {
			b.shows(want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// submit sends the form with an action, with what its fields hold. set changes fields:
// of forms with the same action, the first one is sent that has these fields and, for a
// choice, the value.
func (b *plainBrowser) submit(action string, set map[string]string) {
	b.t.Helper()
	for _, f := range b.forms() {
		if slices.Contains(f.actions, action) && f.takes(set) {
			values := url.Values{}
			maps.Copy(values, f.values)
			for name, value := range set {
				values.Set(name, value)
			}
			b.send(http.MethodPost, action, values)
			return
		}
	}
	b.t.Fatalf("%s (%d) has no form %s that takes %v:\n%s", b.at, b.status, action, set, b.page)
}

// form is a form of a page.
type form struct {
	// actions are where its buttons send it.
	actions []string
	// values are what the fields hold. offers has every field, with the values of a
	// choice.
	values url.Values
	offers map[string][]string
}

// takes reports whether the form has the fields, and offers the values.
func (f form) takes(set map[string]string) bool {
	for name, value := range set {
		offered, known := f.offers[name]
		if !known || offered != nil && !slices.Contains(offered, value) {
			return false
		}
	}
	return true
}

// forms reads the forms that are sent by POST.
func (b *plainBrowser) forms() []form {
	b.t.Helper()
	var all []form
	tokens := xml.NewDecoder(strings.NewReader(b.page))
	tokens.Strict, tokens.Entity = false, xml.HTMLEntity
	var now *form
	var area, choice string
	for {
		token, err := tokens.RawToken()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			b.t.Fatalf("%s: read the page: %v", b.at, err)
		}
		switch tag := token.(type) {
		case xml.StartElement:
			if is := attributes(tag); tag.Name.Local == "form" && is["method"] == "post" {
				all = append(all, form{[]string{is["action"]}, url.Values{}, map[string][]string{}})
				now = &all[len(all)-1]
			} else if now != nil {
				area, choice = now.start(tag.Name.Local, is, area, choice)
			}
		case xml.CharData:
			if now != nil && area != "" {
				now.values.Set(area, strings.TrimPrefix(string(tag), "\n"))
			}
		case xml.EndElement:
			switch tag.Name.Local {
			case "form":
				now = nil
			case "textarea":
				area = ""
			}
		}
	}
}

// start reads the start of an element. area and choice are the names of the textarea and
// of the select that are open.
func (f *form) start(tag string, is map[string]string, area, choice string) (newArea, newChoice string) {
	name := is["name"]
	_, checked := is["checked"]
	_, selected := is["selected"]
	_, disabled := is["disabled"]
	switch {
	case disabled:
	case tag == "button" && is["formaction"] != "":
		f.actions = append(f.actions, is["formaction"])
	case tag == "textarea":
		f.offers[name] = nil
		f.values.Set(name, "")
		return name, choice
	case tag == "select":
		f.offers[name] = []string{}
		return area, name
	case tag == "option":
		f.offers[choice] = append(f.offers[choice], is["value"])
		if selected || !f.values.Has(choice) {
			f.values.Set(choice, is["value"])
		}
	case (tag == "input" || tag == "button") && name == "":
	case tag == "button", is["type"] == "radio", is["type"] == "checkbox":
		f.offers[name] = append(f.offers[name], is["value"])
		if checked {
			f.values.Add(name, is["value"])
		}
	case tag == "input":
		f.offers[name] = nil
		f.values.Add(name, is["value"])
	}
	return area, choice
}

func attributes(tag xml.StartElement) map[string]string {
	is := map[string]string{}
	for _, a := range tag.Attr {
		is[a.Name.Local] = a.Value
	}
	return is
}
