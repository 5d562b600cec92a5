// Package endsessions is the work of functions/endsessions: a session of IAM Identity
// Center goes on after its assignment is gone, so a service control policy denies
// it everything. The policy is the function's own, and its only right.
package endsessions

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

// Policies is what is called of AWS Organizations.
type Policies interface {
	DescribePolicy(context.Context, *organizations.DescribePolicyInput, ...func(*organizations.Options)) (*organizations.DescribePolicyOutput, error)
	UpdatePolicy(context.Context, *organizations.UpdatePolicyInput, ...func(*organizations.Options)) (*organizations.UpdatePolicyOutput, error)
}

// Deps is what a Handler works with.
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
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = logs.New(os.Stdout)
	}
	return &Handler{d}
}

// IDOf returns the id of a policy of an ARN: its last part.
func IDOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// BusEvent is an event as EventBridge delivers it; docs/events.md describes its
// detail.
type BusEvent struct {
	Detail struct {
		ID    string `json:"id"`
		Entry struct {
			// At is when access had ended: its sessions began before.
			At            time.Time `json:"at"`
			SessionsUntil time.Time `json:"sessions_until"`
			SessionsOf    string    `json:"sessions_of"`
		} `json:"entry"`
	} `json:"detail"`
}

// Handle has the policy deny the sessions that outlast the access of an event.
// One function at a time changes the policy: its concurrency is 1.
func (h *Handler) Handle(ctx context.Context, in BusEvent) error {
	users, e := strings.Fields(in.Detail.Entry.SessionsOf), in.Detail.Entry
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
	h.Log.Info("sessions are denied", "event", in.Detail.ID, "users", len(users), "until", e.SessionsUntil)
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
