// Package endsessions is the work of functions/endsessions: a session of IAM
// Identity Center outlasts its assignment, so a service control policy denies it
// everything. The function may change that policy and nothing else.
package endsessions

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// Policies is the part of the AWS Organizations client that is used.
type Policies interface {
	DescribePolicy(context.Context, *organizations.DescribePolicyInput, ...func(*organizations.Options)) (*organizations.DescribePolicyOutput, error)
	UpdatePolicy(context.Context, *organizations.UpdatePolicyInput, ...func(*organizations.Options)) (*organizations.UpdatePolicyOutput, error)
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Policies Policies
	PolicyID string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler ends sessions.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	return &Handler{d}
}

// IDOf returns the policy id in an ARN: its last part.
func IDOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// Handle changes the policy to deny the sessions that outlast the access of an
// event. The function's concurrency is 1, so only one invocation at a time changes
// the policy.
func (h *Handler) Handle(ctx context.Context, in api.BusEvent) error {
	frame := step.Frame{Log: h.Log, Done: "no sessions to deny", Failed: "sessions not denied"}
	_, err := step.Invoke(ctx, frame, func(line *step.Line) (struct{}, error) {
		e, err := in.Event()
		if err != nil {
			return struct{}{}, err
		}
		line.Add("event", e.ID)
		return struct{}{}, h.handle(ctx, e.Entry, line)
	})
	return err
}

// handle denies the sessions that began before e, which ended access.
func (h *Handler) handle(ctx context.Context, e api.Entry, line *step.Line) error {
	users := strings.Fields(e.SessionsOf)
	if len(users) == 0 || !h.Now().Before(e.SessionsUntil) {
		return nil
	}
	out, err := h.Policies.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &h.PolicyID})
	if err != nil {
		return fmt.Errorf("read policy %s: %w", h.PolicyID, err)
	}
	content := ""
	if out.Policy != nil {
		content = aws.ToString(out.Policy.Content)
	}
	denied, err := read(content)
	if err != nil {
		return fmt.Errorf("policy %s: %w", h.PolicyID, err)
	}
	for _, user := range users {
		denied = denied.with(denial{users: []string{user}, before: e.At, until: e.SessionsUntil})
	}
	changed, err := denied.at(h.Now()).fitting()
	if err != nil {
		return fmt.Errorf("policy %s: %w", h.PolicyID, err)
	}
	if changed == content {
		return nil
	}
	if _, err := h.Policies.UpdatePolicy(ctx, &organizations.UpdatePolicyInput{PolicyId: &h.PolicyID, Content: &changed}); err != nil {
		return fmt.Errorf("change policy %s: %w", h.PolicyID, err)
	}
	line.Say(slog.LevelInfo, "sessions denied")
	line.Add("users", len(users), "until", e.SessionsUntil)
	return nil
}

// document is a policy as AWS keeps it.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid, Effect, Action, Resource string
	Condition                     map[string]map[string]json.RawMessage `json:",omitempty"`
}
