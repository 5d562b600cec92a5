package sdk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// served is a process that has the hooks of testdata/conformance.
type served struct {
	in  io.Writer
	out *bufio.Reader
}

// reply is what a function did with a document: its response, or its error.
type reply struct {
	Response json.RawMessage `json:"response"`
	Error    string          `json:"error"`
}

func (s served) call(document []byte) (reply, error) {
	var r reply
	if _, err := fmt.Fprintln(s.in, strings.ReplaceAll(string(document), "\n", " ")); err != nil {
		return r, err
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(line, &r)
}

// pythonFunction starts the handler of a module in Python.
func pythonFunction(t *testing.T, folder, module string) served {
	t.Helper()
	command := exec.CommandContext(t.Context(), python(t), "testdata/conformance/lines.py", folder, module)
	path, err := filepath.Abs("python")
	if err != nil {
		t.Fatal(err)
	}
	command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+path)
	command.Stderr = t.Output()
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = command.Wait() // which also ends by the test's context
	})
	return served{in, bufio.NewReader(out)}
}

// Python hooks respond to each event as the same hooks in Go do.
func TestPythonRespondsAsGo(t *testing.T) {
	t.Parallel()
	function := pythonFunction(t, "testdata/conformance", "conformance")
	rapid.Check(t, func(t *rapid.T) {
		document := event(t)
		want, goErr := goFlows.Respond(context.Background(), document)
		got, err := function.call(document)
		if err != nil {
			t.Fatal(err)
		}
		if (goErr != nil) != (got.Error != "") {
			t.Fatalf("%s: Go says %v, Python %q", document, goErr, got.Error)
		}
		if goErr != nil {
			return
		}
		if diff := cmp.Diff(plain(t, want), plain(t, got.Response)); diff != "" {
			t.Errorf("%s\nGo, Python: %s", document, diff)
		}
	})
}

// plain returns a response without the words of errors, which name things of a language.
func plain(t *rapid.T, response []byte) map[string]any {
	var members map[string]any
	if err := json.Unmarshal(response, &members); err != nil {
		t.Fatalf("%v: %s", err, response)
	}
	failed, _ := members["errors"].([]any)
	for _, one := range failed {
		delete(one.(map[string]any), "error")
	}
	return members
}

// The conformance kit for hooks finds nothing.
func TestPythonConforms(t *testing.T) {
	t.Parallel()
	conforms(t, pythonFunction(t, "testdata/conformance", "conformance"), hookcheck.SampleFlow())
}

// conforms plays the conformance kit to a function, the guards too.
func conforms(t *testing.T, function served, f hookcheck.Flow) {
	t.Helper()
	results := hookcheck.Check(t.Context(), func(_ context.Context, document []byte) (replay.Answer, error) {
		got, err := function.call(document)
		if got.Error != "" {
			got.Response, _ = json.Marshal(map[string]string{"errorMessage": got.Error}) // which can't fail
		}
		return replay.Answer{Payload: got.Response, FunctionError: got.Error}, err
	}, f, hookcheck.Options{Guards: true})
	if len(results) < 18 {
		t.Errorf("%s: %d cases were tried", f.About.Name, len(results))
	}
	for _, r := range results {
		if len(r.Mistakes) > 0 || r.NotCalled {
			t.Errorf("%s: %s: %q", f.About.Name, r.Case, r.Mistakes)
		}
	}
}

// Python hooks read each example of the schema that is valid.
func TestPythonReadsExamples(t *testing.T) {
	t.Parallel()
	function := pythonFunction(t, "testdata/conformance", "conformance")
	files, err := filepath.Glob("../schema/examples/hook-asked/valid/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		if err := json.Unmarshal(raw, &document); err != nil {
			t.Fatal(err)
		}
		document["run"].(map[string]any)["flow"].(map[string]any)["name"] = "sample"
		delete(document, "flow") // whose fields have no program
		if raw, err = json.Marshal(document); err != nil {
			t.Fatal(err)
		}
		if got, err := function.call(raw); err != nil || got.Error != "" && !strings.HasPrefix(got.Error, "this engine does not accept") {
			t.Errorf("%s: %v %s", file, err, got.Error)
		}
	}
}

// event returns the document of any hook, with a program for it.
func event(t *rapid.T) json.RawMessage {
	hook := rapid.SampledFrom(append([]string{"none", "resume", "prefetch"}, hookNames...)).Draw(t, "hook")
	program := map[string]any{}
	for _, name := range []string{hook, "get_permissions", "get_notifications"} {
		program[name] = steps(t, name)
	}
	text, err := json.Marshal(program)
	if err != nil {
		t.Fatal(err)
	}
	options := []hooktest.Option{
		hooktest.Hook(hook), hooktest.Field("program", string(text)), hooktest.Var("options", rapid.SliceOfN(rapid.SampledFrom(texts), 0, 3).Draw(t, "options")),
		hooktest.Step("on_request", map[string]any{"a": []any{1, nil, "ü"}}), hooktest.Flow(rapid.SampledFrom([]string{"sample", "sample", "sample", "other"}).Draw(t, "flow")),
	}
	if rapid.Bool().Draw(t, "declares") {
		options = append(options, hooktest.DeclareFields("program", "known"), hooktest.DeclareVars("options"))
	}
	var document map[string]any
	if err := json.Unmarshal(hooktest.Invocation(options...), &document); err != nil {
		t.Fatal(err)
	}
	document["version"] = rapid.SampledFrom([]string{"1", "1", "1", "1.7", "2"}).Draw(t, "version")
	if accepts := rapid.SampledFrom([][]string{nil, nil, all, all[:3], append([]string{"more"}, all...)}).Draw(t, "accepts"); accepts != nil {
		document["accepts"] = accepts
	}
	document["field"] = rapid.SampledFrom([]string{"option", "other"}).Draw(t, "field")
	document["value"] = rapid.SampledFrom([]string{"", "short", "SHORT"}).Draw(t, "value")
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var all = []string{"transition", "errors", "output", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "subscriptions", "flows"}

// texts are some that are allowed, and some that are not in one place or another.
var texts = []string{
	"", "short", "Ünïcode 🚀", "two\nlines", "a\ttab", "a\rreturn", "\x7f", "\u0085", "a\u2028b", strings.Repeat("x", 1000), strings.Repeat("x", 1001), strings.Repeat("ö", 2000), strings.Repeat("x", 2001),
}

var principals = []string{"grace@example.com", "group:sre", "group:", "everyone", "admins", "sre", "", "arn:aws:iam::123456789012:role/ci", strings.Repeat("x", 320) + "@"}

// destinations has one of each form that a notify list takes.
var destinations = []string{
	"sns", "webhook", "slack:#ops", "slack:C0123ABCD", "slack:@grace@example.com", "slack:@requester", "email:ops@example.com", "teams:ops",
	"grace@example.com", "group:sre", "admins", "everyone", "arn:aws:iam::123456789012:role/ci", "https://idp.example.com|00u1",
}

// The list has what a notify list takes, and a Go hook can return each.
func TestEachDestination(t *testing.T) {
	kinds := map[destination.Kind]bool{}
	for _, entry := range destinations {
		d, err := destination.Parse(entry)
		if err != nil {
			t.Errorf("%s %v", entry, err)
		}
		kinds[d.Kind] = true
	}
	if len(kinds) != 11 {
		t.Errorf("the list has %d kinds of destinations: %v", len(kinds), kinds)
	}
	program, err := json.Marshal(map[string]any{"get_notifications": map[string]any{"notifications": []any{map[string]any{"to": destinations}}}})
	if err != nil {
		t.Fatal(err)
	}
	response, err := goFlows.Respond(t.Context(), hooktest.Invocation(hooktest.Hook("get_notifications"), hooktest.Flow("sample"), hooktest.Field("program", string(program))))
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Notifications []hook.Notification }
	if err := json.Unmarshal(response, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]hook.Notification{{To: destinations}}, got.Notifications); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// steps returns what a hook does.
func steps(t *rapid.T, hook string) map[string]any {
	does := map[string]any{}
	some := func(name string, what func() any) {
		if rapid.IntRange(0, 3).Draw(t, hook+" has "+name) == 0 {
			does[name] = what()
		}
	}
	text := func() any { return rapid.SampledFrom(texts).Draw(t, "text") }
	check := func() any {
		return map[string]any{"name": text(), "passed": rapid.Bool().Draw(t, "passed"), "detail": text()}
	}
	list := func(most int, one func() any) any {
		out := []any{}
		for range rapid.IntRange(0, most).Draw(t, "n") {
			out = append(out, one())
		}
		return out
	}
	people := func() any {
		return rapid.SampledFrom([]any{nil, "keep", []string{}, []string{principals[0], principals[1]}, rapid.SliceOfN(rapid.SampledFrom(principals), 1, 2).Draw(t, "people")}).Draw(t, "list")
	}
	does["outcome"] = rapid.SampledFrom([]string{"approve", "deny", "ignore", "expire", "escalate", "deescalate", "revoke", "continue"}).Draw(t, "outcome")
	does["reason"] = text()
	some("checks", func() any { return list(2, check) })
	some("because", func() any { return list(2, check) })
	some("for", func() any { return rapid.IntRange(-1, 4000).Draw(t, "seconds") })
	some("output", func() any {
		return rapid.SampledFrom([]any{"kept", 7, []any{nil, 1.5}, map[string]any{"a": "<b>"}, strings.Repeat("x", 9000)}).Draw(t, "output")
	})
	some("steps", func() any { return true })
	some("reads", func() any {
		return rapid.SliceOfN(rapid.SampledFrom([]string{"known", "unknown"}), 1, 2).Draw(t, "reads")
	})
	some("fail", text)
	if hook == "get_permissions" {
		p := map[string]any{"approvers": people(), "viewers": people()}
		if rapid.Bool().Draw(t, "more") {
			p["self_approval"] = rapid.Bool().Draw(t, "self")
			p["timeout_seconds"] = rapid.SampledFrom([]int{-1, 0, 60, 2592000, 2592001}).Draw(t, "timeout")
			p["approvals"] = list(2, func() any {
				return map[string]any{"count": rapid.SampledFrom([]int{-1, 0, 1, 2, 11, 21}).Draw(t, "count"), "from": rapid.SampledFrom(principals).Draw(t, "from")}
			})
		}
		does["permissions"] = p
	}
	if hook == "get_notifications" && rapid.Bool().Draw(t, "notifies") {
		does["notifications"] = list(2, func() any {
			return map[string]any{"to": rapid.SliceOfN(rapid.SampledFrom(slices.Concat(principals, destinations)), 0, 2).Draw(t, "to"), "wait_seconds": rapid.SampledFrom([]int{-1, 0, 60, 2592001}).Draw(t, "wait")}
		})
	}
	return does
}
