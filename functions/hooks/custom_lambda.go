package main

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/lambdafn"
)

// question is what the deciding function is asked.
type question struct {
	RunID     string      `json:"run_id"`
	Flow      string      `json:"flow"`
	Requester hook.User   `json:"requester"`
	Reason    string      `json:"reason"`
	Fields    hook.Fields `json:"fields"`
}

// decision is what it answers: "approve", "deny", or "ask" for people.
type decision struct {
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
}

// askDecider does what the Lambda function that the flow's var names says. An
// answer that is none of the three is an error, and people decide.
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
	return nil, fmt.Errorf("%s decided %q; approve, deny or ask was expected", decider, d.Decision)
}
