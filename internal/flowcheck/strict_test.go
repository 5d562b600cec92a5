package flowcheck_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// strictRules are what the flows of TestProduction have for hooks.
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
	"not-tickets": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if e.Fields.String("ticket") != "" {
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
	"colleagues": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if !strings.HasSuffix(e.User.Email, "@acme.test") {
			return hook.Continue(), nil
		}
		return hook.Approve("yes"), nil
	}},
	"stage": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if !e.Flow.Vars.Bool("open") {
			return hook.Continue(), nil
		}
		return hook.Approve("yes"), nil
	}},
	"reviewed-by-all": {
		OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Continue(), nil },
		GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) {
			return hook.Permissions{Approvers: []string{"everyone"}}, nil
		},
	},
	"failing": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return nil, errors.New("no") }},
}

func TestProduction(t *testing.T) {
	for name, tc := range map[string]struct{ flows, want string }{
		"approves all":              {`{name: open, admins: [root@acme.test]}`, `on_request of flow "open" approved 1 trial request of an unknown person: it approves whatever anybody requests`},
		"of some requesters":        {`{name: open, requesters: [group:sre], admins: [root@acme.test]}`, `it approves whatever any of its requesters requests`},
		"all targets and values":    {`{name: open, admins: [root@acme.test], targets: [{id: a}, {id: b}], fields: [{name: target, type: target, required: true}, {name: n, type: int, min: 3}, {name: list, type: strings}]}`, `approved 2 trial requests`},
		"in shadow mode":            {`{name: open, mode: shadow, admins: [root@acme.test]}`, ``},
		"not one target":            {`{name: one-target, admins: [root@acme.test], targets: [{id: dev}, {id: prod}], fields: [{name: target, type: target, required: true}]}`, ``},
		"not one value":             {`{name: one-value, admins: [root@acme.test], fields: [{name: urgency, type: string, allowed: [High, Low]}]}`, ``},
		"not what others show":      {`{name: not-tickets, admins: [root@acme.test], fields: [{name: urgency, type: string, allowed: [Low, High], default: Low}, {name: on, type: bool}, {name: kind, type: strings, when: {on: true}}, {name: ticket, type: string, required: true, when: {urgency: High, kind: x}}]}`, ``},
		"whatever is shown":         {`{name: open, admins: [root@acme.test], fields: [{name: urgency, type: string, allowed: [Low, High], default: Low}, {name: ticket, type: string, required: true, when: {urgency: High}}]}`, `approved 3 trial requests`},
		"not for long":              {`{name: long, admins: [root@acme.test], strategy: {type: lambda, function: mine}, durations: [1h, 4h], targets: [{id: a}], fields: [{name: target, type: target, required: true}]}`, ``},
		"for members alone":         {`{name: members, admins: [root@acme.test]}`, ``},
		"hooks that fail":           {`{name: failing, admins: [root@acme.test]}`, ``},
		"everyone approves":         {`{name: members, admins: [root@acme.test], review: {approvers: [everyone]}}`, `any two people can approve each other's requests`},
		"everyone is an admin":      {`{name: members, admins: [everyone]}`, `has the admins everyone: any two people can approve each other's requests`},
		"everyone in a requirement": {`{name: members, admins: [root@acme.test], review: {approvals: [{from: everyone}]}}`, `any two people can approve each other's requests`},
		"everyone by hooks":         {`{name: reviewed-by-all, admins: [root@acme.test]}`, `get_permissions of flow "reviewed-by-all" returns the approvers everyone for 1 trial request of an unknown person`},
		"one's own requests":        {`{name: members, admins: [root@acme.test], requesters: [group:dev], review: {approvers: [group:dev], self_approval: true}}`, `has self_approval: each of its requesters can approve their own requests alone`},
		"one's own, with everyone":  {`{name: members, admins: [root@acme.test], review: {approvers: [everyone], self_approval: true}}`, `has self_approval: each of its requesters can approve their own requests alone`},
		"one's own, with another":   {`{name: members, admins: [root@acme.test], requesters: [group:dev], review: {approvers: [group:dev], self_approval: true, approvals: 2}}`, ``},
		"one's own, of approvers":   {`{name: members, admins: [root@acme.test], review: {approvers: [group:sre], self_approval: true}}`, ``},
		"all members who request":   {`{name: members, admins: [root@acme.test], requesters: [group:sre]}`, `it approves whatever any of its requesters requests`},
		"all colleagues":            {`{name: colleagues, admins: [root@acme.test]}`, `it approves whatever anybody at acme.test requests`},
		"colleagues elsewhere":      {`{name: colleagues, admins: [root@other.test]}`, ``},
		"in one stage":              {`{name: stage, admins: [root@acme.test], vars: {open: false}, stages: {dev: {vars: {open: true}}}}`, `it approves whatever anybody requests (in stage dev)`},
		"in all stages":             {`{name: stage, admins: [root@acme.test], vars: {open: true}}`, `it approves whatever anybody requests`},
		"a sample":                  {`{name: failing, label: Failing, admins: [root@acme.test]}, {name: plain, hooks: none, label: x, admins: [root@example.com]}`, `"root@example.com" is a placeholder; must be a value of your own`},
		"a host that is an example": {`{name: failing, admins: [root@acme.test], vars: {url: "https://example.okta.com"}}`, `"https://example.okta.com" is a placeholder`},
		"not a host":                {`{name: failing, admins: [root@acme.test], vars: {a: "for example. This", b: "examples.acme.test"}}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			source := []byte("flows: [" + tc.flows + "]\nstages: [dev, prod]\n")
			file, err := flow.Parse("flows.yaml", source)
			if err != nil {
				t.Fatal(err)
			}
			s := flowcheck.Production{Source: source, File: file, Stack: "fasttrack", Function: func(*flow.Flow, run.Flow) replay.Function {
				return func(ctx context.Context, document []byte) (replay.Answer, error) {
					answer, err := strictRules.Respond(ctx, document)
					if err != nil {
						failure, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": "errorString"})
						return replay.Answer{Payload: failure, FunctionError: "Unhandled"}, nil
					}
					return replay.Answer{Payload: answer}, nil
				}
			}}
			found, notes, err := s.Check(t.Context())
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

// Each flow that ships is found as a sample.
func TestProduction_Samples(t *testing.T) {
	source, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file, err := flow.Parse("flows.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := flowcheck.Production{Source: source, File: file, Function: func(*flow.Flow, run.Flow) replay.Function { return nil }}.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range file.Flows {
		sample := fmt.Sprintf("flow %q is a sample that ships", f.Name)
		if !slices.ContainsFunc(found, func(e flow.Error) bool { return strings.HasPrefix(e.Detail, sample) }) {
			t.Errorf("%s, %q, is not found as a sample", f.Name, f.Label)
		}
	}
}
