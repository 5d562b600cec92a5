package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// askingAPI is an API with one flow. It refuses a reason that is missing, and
// keeps what it was sent.
func askingAPI(t *testing.T) (url string, sent func() []string) {
	t.Helper()
	var mu sync.Mutex
	var bodies []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"flows":[{"name":"f","label":"F","require_reason":["request","deny"],"durations_seconds":[1800,3600],
				"targets":[{"id":"prod-ro","label":"Read-only"},{"id":"prod-admin","label":"Administrator"}],
				"fields":[{"name":"target","type":"target","label":"Access to","required":true},{"name":"urgency","type":"string","allowed":["Normal","Emergency"],"required":true},
					{"name":"n","type":"int","min":2,"required":true},{"name":"tags","type":"strings","required":true}]},
				{"name":"s","fields":[{"name":"token","type":"int","min":1000,"required":true,"sensitive":true}]}]}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var b struct{ Reason string }
		if json.Unmarshal(body, &b) == nil && b.Reason == "" {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"status":400,"detail":"x","errors":[{"field":"reason","detail":"it is required"}]}`)
			return
		}
		mu.Lock()
		bodies = append(bodies, r.URL.Path+" "+string(body))
		mu.Unlock()
		status := map[bool]string{true: "pending", false: "approved"}[r.URL.Path == "/requests"]
		fmt.Fprintf(w, `{"id":%q,"flow":"f","status":%q,"requester":{"id":"ada@example.com"}}`, anID, status)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return bodies
	}
}

// Missing values are prompted for, and wrong ones are refused at their prompt.
func TestPrompt_Request(t *testing.T) {
	t.Parallel()
	url, sent := askingAPI(t)
	c := onConsole(t, 80, url, "request", "f")
	for _, step := range [][3]string{ // what was wrong before, the question, the answer
		{"", "Access to (prod-ro, prod-admin): ", "prod\n"},
		{"one of prod-ro, prod-admin", "Access to (prod-ro, prod-admin): ", "\n"},
		{"one of prod-ro, prod-admin", "Access to (prod-ro, prod-admin): ", "prod-ro\n"},
		{"", "urgency (Normal, Emergency): ", "normal\n"},
		{"one of Normal, Emergency", "urgency (Normal, Emergency): ", "Normal\n"},
		{"", "n: ", "many\n"},
		{`must be a whole number, got "many"`, "n: ", "1\n"},
		{"at least 2", "n: ", "2\n"},
		{"", "tags: ", "\n"},
		{"required", "tags: ", "a\n"},
		{"", "Another, or Enter to continue: ", "b, c\n"},
		{"", "Another, or Enter to continue: ", "\n"},
		{"", "How long (30m, 1h) [30m]: ", "2h\n"},
		{"must be one of 30m, 1h", "How long (30m, 1h) [30m]: ", "60m\n"},
		{"", "Why: ", "  \n"},
		{"A reason is required; everyone who sees the request sees it.", "Why: ", "have a look\n"},
		{"", anID, ""},
	} {
		if step[0] != "" {
			c.await("\r\n  ")
			c.await(step[0])
			step[1] = "\r\n" + step[1]
		}
		c.await(step[1])
		c.types(step[2])
	}
	if code, out := c.ends(); code != exitUndecided {
		t.Errorf("it exits %d:\n%s", code, out)
	}
	want := []string{`/requests {"flow":"f","fields":{"n":2,"tags":["a","b, c"],"target":"prod-ro","urgency":"Normal"},"duration_seconds":3600,"reason":"have a look"}`}
	if diff := cmp.Diff(want, sent()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A wrong flag is refused before the first question.
func TestPrompt_WrongFlag(t *testing.T) {
	t.Parallel()
	url, sent := askingAPI(t)
	code, out := onConsole(t, 80, url, "request", "f", "-f", "target=prod", "-f", "urgncy=x", "-d", "2h").ends()
	if code != exitInput || len(sent()) > 0 {
		t.Errorf("it exits %d, and sent %v:\n%s", code, sent(), out)
	}
	for _, want := range []string{"one of prod-ro, prod-admin", `--field urgncy: the flow has no such field; did you mean "urgency"?`, "--duration: must be one of 30m, 1h\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

// A reason that the flow requires is prompted for by every action.
func TestPrompt_Reason(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"approve", "deny", "revoke", "cancel"} {
		url, sent := askingAPI(t)
		c := onConsole(t, 80, url, action, anID)
		c.await("Why: ")
		c.types("\n")
		c.await("A reason is required")
		c.await("Why: ")
		c.types("looked at it\n")
		if code, out := c.ends(); code != exitDone {
			t.Errorf("%s exits %d:\n%s", action, code, out)
		}
		if diff := cmp.Diff([]string{"/requests/" + anID + "/" + action + ` {"reason":"looked at it"}`}, sent()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}

// Without a terminal nothing is prompted for, and the error names the flag.
func TestPrompt_NoTerminal(t *testing.T) {
	url, sent := askingAPI(t)
	for _, args := range [][]string{{"deny", anID}, {"request", "f", "-f", "target=prod-ro"}} {
		if code, out, messages := inProcess(t, url, args...); code != exitInput || out != "" || messages != "reason: it is required; give --reason\n" {
			t.Errorf("%v exits %d with %q and %q", args, code, out, messages)
		}
	}
	// --json is for programs, also on a terminal.
	if code, out := onConsole(t, 80, url, "deny", anID, "--json").ends(); code != exitInput || !strings.HasPrefix(out, "{") {
		t.Errorf("deny --json exits %d with %q", code, out)
	}
	if len(sent()) > 0 {
		t.Errorf("sent %v", sent())
	}
}

// The first Ctrl-C ends the command at every question, and nothing is sent.
func TestPrompt_Interrupted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		typed  []string // each after a question
		await  string
		cancel string
	}{
		"at the first question":  {[]string{"request", "f"}, nil, "Access to (prod-ro, prod-admin): ", "\x03"},
		"in the middle of words": {[]string{"request", "f"}, nil, "Access to (prod-ro, prod-admin): ", "prod\x03"},
		"at the duration":        {[]string{"request", "f", "-f", "target=prod-ro", "-f", "urgency=Normal", "-f", "n=2", "-f", "tags=a"}, nil, "How long", "\x03"},
		"at the reason":          {[]string{"deny", anID}, nil, "Why: ", "\x03"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, sent := askingAPI(t)
			c := onConsole(t, 80, url, tc.args...)
			c.await(tc.await)
			c.types(tc.cancel)
			code, out := c.ends()
			if code != exitInterrupted || !strings.HasSuffix(out, "\ninterrupted; nothing was sent\n") || len(sent()) > 0 {
				t.Errorf("it exits %d, and sent %v:\n%s", code, sent(), out)
			}
		})
	}
	// Ctrl-D is the end of the answers.
	url, sent := askingAPI(t)
	c := onConsole(t, 80, url, "request", "f")
	c.await("Access to")
	c.types("\x04")
	if code, out := c.ends(); code != exitFailed || !strings.Contains(out, "input ended; nothing was sent") || len(sent()) > 0 {
		t.Errorf("at the end of input it exits %d, and sent %v:\n%s", code, sent(), out)
	}
}

// What is typed for a sensitive field is never shown, and a signal leaves the
// terminal as it was.
func TestPrompt_Sensitive(t *testing.T) {
	t.Parallel()
	url, sent := askingAPI(t)
	c := onConsole(t, 80, url, "request", "s", "-r", "x")
	c.await("token: ")
	c.types("s3cret\n")
	c.await("must be a whole number, got what was typed")
	c.await("token: ")
	c.types("123\n")
	c.await("1000")
	c.await("token: ")
	c.types("98765\n")
	code, out := c.ends()
	if code != exitUndecided || strings.Contains(out, "s3cret") || strings.Contains(out, "123") || strings.Contains(out, "98765") {
		t.Errorf("it exits %d:\n%s", code, out)
	}
	if diff := cmp.Diff([]string{`/requests {"flow":"s","fields":{"token":98765},"reason":"x"}`}, sent()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}

	if _, err := exec.LookPath("stty"); err != nil {
		t.Skip(err)
	}
	shell := fasttrack(t, url, "request", "s", "-r", "x")
	shell.Args = []string{"sh", "-c", "trap : INT; fasttrack request s -r x; echo code $?; stty -a"}
	if shell.Path, shell.Err = exec.LookPath("sh"); shell.Err != nil {
		t.Fatal(shell.Err)
	}
	c = commandOnConsole(t, 80, shell)
	c.await("token: ")
	c.types("12\x03")
	if _, out := c.ends(); !strings.Contains(out, "interrupted; nothing was sent\ncode 130\n") || !strings.Contains(out, " echo ") || strings.Contains(out, "12\n") {
		t.Errorf("after Ctrl-C:\n%s", out)
	}
}
