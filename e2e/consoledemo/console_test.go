package consoledemo_test

import (
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestConsole plays transcripts of people who use the console in browsers without
// script, on the stack of the demo.
func TestConsole(t *testing.T) {
	stack := start(t)
	t.Run("scripts", func(t *testing.T) { // they end before the stack does
		testscript.Run(t, testscript.Params{Dir: "testdata/console", Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as": as, "enter": enter, "forget": forget, "visit": visit, "fill": fill, "press": press, "at": at, "sees": sees, "holds": holds, "from": from, "until": until,
		}, Setup: func(env *testscript.Env) error {
			env.Values[browsersKey{}] = &browsers{base: stack.URL(), of: map[string]*browser{}}
			return nil
		}})
	})
}

type browsersKey struct{}

// browsers are those of the people of a transcript.
type browsers struct {
	base string
	of   map[string]*browser
	now  *browser
}

// browser is a browser without script.
type browser struct {
	client *http.Client
	at     *url.URL
	status int
	page   string
	typed  url.Values
	site   string
}

func browserOf(ts *testscript.TestScript, neg bool, args []string, least, most int) (*browsers, *browser) {
	if neg || len(args) < least || len(args) > most {
		ts.Fatalf("%d to %d arguments must be given", least, most)
	}
	all := ts.Value(browsersKey{}).(*browsers)
	return all, all.now
}

// as WHO: whose browser it is from here on. It still shows the page that it did.
func as(ts *testscript.TestScript, neg bool, args []string) {
	all, _ := browserOf(ts, neg, args, 1, 1)
	if all.now = all.of[args[0]]; all.now != nil {
		return
	}
	all.now = &browser{client: &http.Client{Timeout: 30 * time.Second}, typed: url.Values{}, site: "same-origin"}
	all.of[args[0]] = all.now
	forget(ts, false, nil)
	enter(ts, false, args)
}

// enter WHO signs in, in another tab.
func enter(ts *testscript.TestScript, neg bool, args []string) {
	all, b := browserOf(ts, neg, args, 1, 1)
	tab := *b
	ts.Check(tab.send(all.base, "POST", "/console/who", url.Values{"who": {args[0]}, "to": {"/console/signed-in"}}))
	if !strings.Contains(tab.page, "Signed in as ") {
		ts.Fatalf("nobody is signed in: %s", tab.page)
	}
}

// forget ends the session of the browser, which still shows its page.
func forget(ts *testscript.TestScript, neg bool, args []string) {
	_, b := browserOf(ts, neg, args, 0, 0)
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	b.client.Jar = jar
}

// visit PATH opens an address.
func visit(ts *testscript.TestScript, neg bool, args []string) {
	all, b := browserOf(ts, neg, args, 1, 1)
	ts.Check(b.send(all.base, "GET", args[0], nil))
}

// fill NAME VALUE... types into a field of the form that is pressed next.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	_, b := browserOf(ts, neg, args, 1, 9)
	b.typed[args[0]] = args[1:]
}

// press STATUS FORM presses the button of the form that posts to an address. A third
// argument is another button of it: the address it posts to, or its NAME=VALUE.
func press(ts *testscript.TestScript, neg bool, args []string) {
	all, b := browserOf(ts, neg, args, 2, 3)
	in, err := formOn(b.page, args[1])
	ts.Check(err)
	for name, values := range b.typed {
		in[name] = values
	}
	to := args[1]
	if len(args) == 3 {
		if name, value, is := strings.Cut(args[2], "="); is {
			in.Set(name, value)
		} else {
			to = args[2]
		}
	}
	typed := b.typed
	b.typed = url.Values{}
	ts.Check(b.send(all.base, "POST", to, in))
	if fmt.Sprint(b.status) != args[0] {
		ts.Fatalf("%s responds %d to %v: %s", to, b.status, typed, b.page)
	}
}

// at PATTERN: the address that is open.
func at(ts *testscript.TestScript, neg bool, args []string) {
	_, b := browserOf(ts, neg, args, 1, 2)
	matches := regexp.MustCompile("^" + args[0] + "$").FindStringSubmatch(b.at.RequestURI())
	if matches == nil {
		ts.Fatalf("%s is open: %s", b.at, b.page)
	}
	if len(args) == 2 { // keeps the first group as a variable
		ts.Setenv(args[1], matches[1])
	}
}

// sees TEXT, or ! sees TEXT: what the page says.
func sees(ts *testscript.TestScript, neg bool, args []string) {
	_, b := browserOf(ts, false, args, 1, 1)
	_, page, _ := strings.Cut(b.page, `<main id="main"`)
	if strings.Contains(html.UnescapeString(page), args[0]) == neg {
		ts.Fatalf("%q on %s, which is %d: %s", args[0], b.at, b.status, page)
	}
}

// holds FORM NAME VALUE: what a form has in a field.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	_, b := browserOf(ts, neg, args, 3, 3)
	in, err := formOn(b.page, args[0])
	ts.Check(err)
	if got := in.Get(args[1]); got != args[2] {
		ts.Fatalf("%s is %q in %s", args[1], got, b.page)
	}
}

// from SITE: what the browser says of the page that the next forms are on.
func from(ts *testscript.TestScript, neg bool, args []string) {
	_, b := browserOf(ts, neg, args, 1, 1)
	b.site = args[0]
}

// until PATH TEXT opens an address until it says so, as its refresh does.
func until(ts *testscript.TestScript, neg bool, args []string) {
	all, b := browserOf(ts, neg, args, 2, 2)
	for range 100 {
		ts.Check(b.send(all.base, "GET", args[0], nil))
		if strings.Contains(html.UnescapeString(b.page), args[1]) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("no %q on %s: %s", args[1], b.at, b.page)
}

func (b *browser) send(base, method, path string, in url.Values) error {
	r, err := http.NewRequest(method, base+path, strings.NewReader(in.Encode()))
	if err != nil {
		return err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", b.site)
	}
	res, err := b.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	b.at, b.status, b.page = res.Request.URL, res.StatusCode, string(page)
	return err
}

// formOn returns what a browser sends of the form of a page that posts to an address.
func formOn(page, action string) (url.Values, error) {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var in url.Values
	text, list := "", ""
	for {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("no form posts to %s: %s", action, page)
		}
		switch e := token.(type) {
		case xml.StartElement:
			get := func(name string) (string, bool) {
				n := slices.IndexFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == name })
				if n < 0 {
					return "", false
				}
				return e.Attr[n].Value, true
			}
			name, _ := get("name")
			value, _ := get("value")
			kind, _ := get("type")
			_, checked := get("checked")
			_, selected := get("selected")
			to, _ := get("action")
			switch {
			case e.Name.Local == "form" && to == action:
				in = url.Values{}
			case in == nil:
			case e.Name.Local == "input" && name != "" && (kind != "radio" && kind != "checkbox" || checked):
				in.Add(name, value)
			case e.Name.Local == "textarea":
				text = name
				in.Set(name, "")
			case e.Name.Local == "select":
				list = name
			case e.Name.Local == "option" && (selected || !in.Has(list)):
				in.Set(list, value)
			}
		case xml.CharData:
			if text != "" {
				in.Set(text, in.Get(text)+string(e))
			}
		case xml.EndElement:
			switch {
			case e.Name.Local == "form" && in != nil:
				return in, nil
			case e.Name.Local == "textarea":
				text = ""
			}
		}
	}
}
