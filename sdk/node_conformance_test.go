package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// startNode starts a handler of Node.js and returns it as a function. It skips the test
// where Node.js is missing.
func startNode(t *testing.T, file string) replay.Function {
	t.Helper()
	program := node(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "testdata/node/serve.mjs", file)
	cmd.ExtraFiles, cmd.Stderr = []*os.File{write}, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		read.Close()
	})
	return lines(in, bufio.NewReader(read))
}

// lines calls by a line in and a line out.
func lines(in io.Writer, out *bufio.Reader) replay.Function {
	return func(_ context.Context, document []byte) (replay.Answer, error) {
		var line bytes.Buffer
		if err := json.Compact(&line, document); err != nil {
			return replay.Answer{}, err
		}
		if _, err := in.Write(append(line.Bytes(), '\n')); err != nil {
			return replay.Answer{}, err
		}
		raw, err := out.ReadBytes('\n')
		if err != nil {
			return replay.Answer{}, err
		}
		var got struct {
			Payload json.RawMessage
			Error   string
		}
		err = json.Unmarshal(raw, &got)
		return replay.Answer{Payload: got.Payload, FunctionError: got.Error}, err
	}
}

// A function with every hook has no mistake in the eyes of `fasttrack hooks check`.
func TestNode_HooksCheck(t *testing.T) {
	t.Parallel()
	results := hookcheck.Check(t.Context(), startNode(t, "testdata/node/any.mjs"), hookcheck.SampleFlow(), hookcheck.Options{Guards: true})
	if len(results) < 26 {
		t.Errorf("%d cases, want 26", len(results))
	}
	for _, r := range results {
		if len(r.Mistakes)+len(r.Notes) > 0 {
			t.Errorf("%s: %s %s", r.Case, r.Mistakes, r.Notes)
		}
	}
}

// Each valid event of the contract has a valid response.
func TestNode_Examples(t *testing.T) {
	t.Parallel()
	call := startNode(t, "testdata/node/any.mjs")
	files, err := filepath.Glob("../schema/examples/hook-asked/valid/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := call(t.Context(), raw)
		if err != nil || got.FunctionError != "" {
			t.Errorf("%s: %s (%v)", file, got.FunctionError, err)
			continue
		}
		var asked struct{ Hook string }
		if err := json.Unmarshal(raw, &asked); err != nil {
			t.Fatal(err)
		}
		if err := fits(responseSchema(t, asked.Hook), got.Payload); err != nil {
			t.Errorf("%s: %s\n%v", file, got.Payload, err)
		}
	}
}

// Whatever a hook returns, its response is one that the engine takes: of a wrong outcome
// it reports the failure.
func TestNode_Responses(t *testing.T) {
	t.Parallel()
	call := startNode(t, "testdata/node/any.mjs")
	hooks := []string{
		"on_request", "get_permissions", "get_notifications", "after_request", "on_approve", "after_approve", "on_deny", "after_deny", "on_expire", "after_expire",
		"after_cancel", "on_escalate", "after_escalate", "while_active", "on_deescalate", "after_deescalate", "on_revoke", "after_revoke", "after_fail", "prefetch",
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, hook := range hooks {
		schemas[hook] = responseSchema(t, hook)
	}
	rapid.Check(t, func(t *rapid.T) {
		hook := rapid.SampledFrom(hooks).Draw(t, "hook")
		event := map[string]any{
			"version": "1", "hook": hook, "accepts": []string{"transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors", "flows"},
			"event": map[string]any{"name": "request", "at": "2026-11-23T10:00:00Z", "channel": "api", "actor": map[string]any{"type": "user", "id": "ada@example.com"}},
			"run": map[string]any{"id": "01J", "status": "requested", "flow": map[string]any{"name": "f"}, "requester": map[string]any{"id": "ada@example.com"}, "reason": "",
				"duration_seconds": 3600, "actors": map[string]any{}, "fields": map[string]any{}, "history": []any{}, "context": described(t)},
		}
		if hook == "prefetch" {
			options, err := json.Marshal(listed(t))
			if err != nil {
				t.Fatal(err)
			}
			event["field"], event["query"] = "a", string(options)
		}
		raw, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		got, err := call(context.Background(), raw)
		if err != nil || got.FunctionError != "" {
			t.Fatalf("%s: %s (%v)", raw, got.FunctionError, err)
		}
		if err := fits(schemas[hook], got.Payload); err != nil {
			t.Fatalf("%s\nhas the response %s\n%v", raw, got.Payload, err)
		}
	})
}

func text(t *rapid.T) string {
	return rapid.OneOf(rapid.Just(""), rapid.String(), rapid.SampledFrom([]string{"a@example.com", "group:sre", "everyone", "admins", "line\nbreak", strings.Repeat("x", 2001)})).Draw(t, "text")
}

// described draws what a hook returns: right things and wrong ones.
func described(t *rapid.T) map[string]any {
	type m = map[string]any
	s, n := text(t), rapid.IntRange(-2, 30).Draw(t, "n")
	list := rapid.SliceOfN(rapid.SampledFrom([]string{s, "root@example.com", "group:a", "x"}), 0, 3).Draw(t, "list")
	check := m{"name": s, "passed": n > 3, "detail": s}
	outcome := func(verb string) m { return m{"kind": "outcome", "verb": verb, "text": s} }
	with := func(of m, name string, value any) m { of[name] = value; return of }
	d := rapid.SampledFrom([]m{
		outcome("approve"), outcome("deny"), outcome("ignore"), outcome("expire"), outcome("escalate"), outcome("deescalate"), outcome("revoke"), outcome("continue_"),
		with(with(outcome("approve"), "because", []m{check, check}), "seconds", float64(n)/2), with(outcome("deny"), "because", []any{check, s}),
		{"kind": "throw", "text": s},
		{"kind": "keep", "value": m{"viewers": list, "approvals": n, "timeoutSeconds": n * 60}},
		{"kind": "value", "value": m{"approvers": list, "viewers": list, "selfApproval": n > 3, "timeoutSeconds": n}},
		{"kind": "value", "value": m{"approvals": []m{{"from": s, "count": n}, {"count": 1}}}},
		{"kind": "value", "value": []m{{"to": list, "waitSeconds": n}}}, {"kind": "value", "value": []m{}}, {"kind": "value", "value": nil},
		{"kind": "value", "value": s}, {"kind": "value", "value": n}, {"kind": "value", "value": m{"transition": "approve"}}, {"kind": "value"},
	}).Draw(t, "outcome")
	if rapid.Bool().Draw(t, "keeps") {
		d["keep"] = rapid.SampledFrom([]any{n, s, list, nil, m{"a": list}}).Draw(t, "output")
	}
	return d
}

// listed draws options.
func listed(t *rapid.T) any {
	type m = map[string]any
	s := text(t)
	return rapid.SampledFrom([]any{[]m{{"value": s, "label": s}}, []m{{"value": "x"}}, []any{s}, []m{{"label": s}}, m{}, []m{{"value": 7}}, nil}).Draw(t, "options")
}

// responseSchema is that of the responses of a hook.
func responseSchema(t *testing.T, hook string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(fmt.Sprintf("../schema/hook-answer.v1.json#/$defs/%s", hook))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fits(s *jsonschema.Schema, raw []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return s.Validate(value)
}
