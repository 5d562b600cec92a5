package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// program is what a hook does, as the field program of the request says.
type program struct {
	Outcome, Reason string
	Checks, Because []hook.Check
	For             *int
	Output          json.RawMessage
	Steps           bool
	Reads           []string
	Fail            *string
	Permissions     struct {
		Approvers, Viewers json.RawMessage
		SelfApproval       *bool `json:"self_approval"`
		Approvals          []hook.Requirement
		TimeoutSeconds     int `json:"timeout_seconds"`
	}
	Notifications []hook.Notification
}

// act does what the program has for the hook, up to its outcome. It reads names that may be
// undeclared at last: in Python that raises.
func act(e *hook.Event) (program, error) {
	var all map[string]program
	text := e.Fields.String("program")
	if text == "" {
		text = "{}"
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return program{}, err
	}
	does := all[e.Hook]
	for _, c := range does.Checks {
		e.Check(c.Name, c.Passed, c.Detail)
	}
	if does.Output != nil {
		e.Output(does.Output)
	}
	if does.Steps {
		var v any
		e.Step("on_request").Decode(&v)
		raw, err := json.Marshal(v)
		if err != nil {
			return does, err
		}
		e.Check("step", true, string(raw))
	}
	for _, name := range does.Reads {
		e.Fields.String(name)
	}
	if does.Fail != nil {
		return does, errors.New(*does.Fail)
	}
	return does, nil
}

func decide(e *hook.Event) (any, error) {
	does, err := act(e)
	if err != nil {
		return nil, err
	}
	switch does.Outcome {
	case "approve":
		o := hook.Approve(does.Reason).Because(does.Because...)
		if does.For != nil {
			o = o.For(time.Duration(*does.For) * time.Second)
		}
		return o, nil
	case "deny":
		return hook.Deny(does.Reason).Because(does.Because...), nil
	case "ignore":
		return hook.Ignore(does.Reason), nil
	case "expire":
		return hook.Expire(does.Reason), nil
	case "escalate":
		return hook.Escalate(does.Reason), nil
	case "deescalate":
		return hook.Deescalate(does.Reason), nil
	case "revoke":
		return hook.Revoke(does.Reason), nil
	}
	return hook.Continue(), nil
}

// on returns a hook whose outcomes are T: any other is nil, which fails it.
func on[T any](_ context.Context, e *hook.Event) (T, error) {
	outcome, err := decide(e)
	fits, _ := outcome.(T)
	return fits, err
}

func after(_ context.Context, e *hook.Event) error {
	_, err := act(e)
	return err
}

func principalsOf(raw json.RawMessage) []string {
	if string(raw) == `"keep"` {
		return hook.Keep
	}
	var list []string
	if raw != nil && json.Unmarshal(raw, &list) != nil {
		panic("a list of principals is none")
	}
	return list
}

var goFlows = hook.Flows{"sample": {
	OnRequest: on[hook.FromRequest], AfterRequest: on[hook.FromAfterRequest], OnApprove: on[hook.FromApprove], OnDeny: on[hook.FromDeny], OnExpire: on[hook.FromExpire],
	OnEscalate: on[hook.FromEscalate], AfterEscalate: on[hook.FromAfterEscalate], WhileActive: on[hook.FromActive], OnDeescalate: on[hook.FromDeescalate], OnRevoke: on[hook.FromRevoke],
	AfterApprove: after, AfterDeny: after, AfterExpire: after, AfterCancel: after, AfterDeescalate: after, AfterRevoke: after, AfterFail: after,
	GetPermissions: func(_ context.Context, e *hook.Event) (hook.Permissions, error) {
		does, err := act(e)
		p := does.Permissions
		return hook.Permissions{
			Approvers: principalsOf(p.Approvers), Viewers: principalsOf(p.Viewers), SelfApproval: p.SelfApproval, Approvals: p.Approvals, TimeoutSeconds: p.TimeoutSeconds,
		}, err
	},
	GetNotifications: func(_ context.Context, e *hook.Event) ([]hook.Notification, error) {
		does, err := act(e)
		return does.Notifications, err
	},
	Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){
		"option": func(_ context.Context, s *hook.Search) ([]hook.Option, error) {
			var out []hook.Option
			for _, value := range s.Flow.Vars.Strings("options") {
				out = append(out, hook.Option{Value: value, Label: "label of " + value})
			}
			return out, nil
		},
	},
}}

var hookNames = []string{
	"on_request", "get_permissions", "get_notifications", "after_request", "on_approve", "after_approve", "on_deny", "after_deny", "on_expire", "after_expire",
	"after_cancel", "on_escalate", "after_escalate", "while_active", "on_deescalate", "after_deescalate", "on_revoke", "after_revoke", "after_fail",
}
