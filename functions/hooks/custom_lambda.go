package main

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/lambdafn"
)

// question is what the deciding function is invoked with.
type question struct {
	RunID     string      `json:"run_id"`
	Flow      string      `json:"flow"`
	Requester hook.User   `json:"requester"`
	Reason    string      `json:"reason"`
	Fields    hook.Fields `json:"fields"`
}

// decision is its response: "approve", "deny", or "ask" for people.
type decision struct {
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
}

// askDecider decides as the Lambda function in the flow's var does. Any other response is
// an error, and people decide.
func askDecider(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	decider := e.Flow.Vars.String("decider")
	var d decision
	if err := lambdafn.Invoke(ctx, decider, question{e.Run.ID, e.Flow.Name, e.Requester, e.Run.Reason, e.Fields}, &d); err != nil {
		return nil, err
	}
	switch d.Decision {
	case "approve":
		return hook.Approve(d.Reason), nil
	case "deny":
		return hook.Deny(d.Reason), nil
	case "ask":
		return hook.Continue(), nil
	}
	return nil, fmt.Errorf("%s decided %q; it must be approve, deny or ask", decider, d.Decision)
}
