package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// strictRules are what the flows of TestStrict have for hooks.
var strictRules = hook.Flows{
	"open": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Approve("yes"), nil }},
	"one-target": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if e.Fields.Target("target").ID == "prod" {
			return hook.Continue(), nil
		}
		return hook.Approve("yes"), nil
	}},
	"one-value": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if e.Fields.String("urgency") == "Low" {
			return hook.Continue(), nil
		}
		return hook.Approve("yes"), nil
	}},
	"long": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if e.Run.Duration.Hours() > 1 {
			return hook.Continue(), nil
		}
		return hook.Approve("yes"), nil
	}},
	"members": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if !slices.Contains(e.User.Groups, "sre") {
			return hook.Continue(), nil
		}
		return hook.Approve("yes"), nil
	}},
	"failing": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return nil, errors.New("no") }},
}

func TestStrict(t *testing.T) {
	for name, tc := range map[string]struct{ flows, want string }{
		"approves all":              {`{name: open, admins: [root@acme.test]}`, `on_request of "open" approved 1 trial request of somebody of whom nothing is known: it approves whatever anybody asks for`},
		"of some requesters":        {`{name: open, requesters: [group:sre], admins: [root@acme.test]}`, `it approves whatever any of its requesters asks for`},
		"all targets and values":    {`{name: open, admins: [root@acme.test], targets: [{id: a}, {id: b}], fields: [{name: target, type: target, required: true}, {name: n, type: int, min: 3}, {name: list, type: strings}]}`, `approved 2 trial requests`},
		"in shadow mode":            {`{name: open, mode: shadow, admins: [root@acme.test]}`, ``},
		"not one target":            {`{name: one-target, admins: [root@acme.test], targets: [{id: dev}, {id: prod}], fields: [{name: target, type: target, required: true}]}`, ``},
		"not one value":             {`{name: one-value, admins: [root@acme.test], fields: [{name: urgency, type: string, allowed: [High, Low]}]}`, ``},
		"not for long":              {`{name: long, admins: [root@acme.test], strategy: {type: lambda, function: mine}, durations: [1h, 4h], targets: [{id: a}], fields: [{name: target, type: target, required: true}]}`, ``},
		"for members alone":         {`{name: members, admins: [root@acme.test]}`, ``},
		"hooks that fail":           {`{name: failing, admins: [root@acme.test]}`, ``},
		"everyone approves":         {`{name: members, admins: [root@acme.test], review: {approvers: [everyone]}}`, `any two people approve`},
		"a sample":                  {`{name: failing, label: Failing, admins: [root@acme.test]}, {name: plain, hooks: none, label: x, admins: [root@example.com]}`, `"root@example.com" is a placeholder; your own was expected`},
		"a host that is an example": {`{name: failing, admins: [root@acme.test], vars: {url: "https://example.okta.com"}}`, `"https://example.okta.com" is a placeholder`},
		"not a host":                {`{name: failing, admins: [root@acme.test], vars: {a: "for example. This", b: "examples.acme.test"}}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "flows.yaml")
			if err := os.WriteFile(path, []byte("flows: ["+tc.flows+"]\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			file, err := flow.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			s := strictly{path: path, file: file, stack: "fasttrack", ask: func(*flow.Flow, run.Flow) (replay.Function, error) {
				return func(ctx context.Context, document []byte) (replay.Answer, error) {
					answer, err := strictRules.Answer(ctx, document)
					if err != nil {
						failure, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": "errorString"})
						return replay.Answer{Payload: failure, FunctionError: "Unhandled"}, nil
					}
					return replay.Answer{Payload: answer}, nil
				}, nil
			}}
			found, notes, err := s.findings(t.Context())
			if err != nil || len(notes) > 0 {
				t.Fatal(err, notes)
			}
			var lines []string
			for _, e := range found {
				lines = append(lines, e.In("flows.yaml"))
			}
			if got := strings.Join(lines, "\n"); tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// Every flow that ships is known as a sample.
func TestStrict_KnowsTheSamples(t *testing.T) {
	file, err := flow.Load("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shipped := map[string]string{}
	for _, f := range file.Flows {
		shipped[f.Name] = f.Label
	}
	for name, label := range shipped {
		if samples[name] != label {
			t.Errorf("%s, %q, is not among the samples", name, label)
		}
	}
	if len(shipped) != len(samples) {
		t.Errorf("%d flows ship, %d samples are known", len(shipped), len(samples))
	}
}
