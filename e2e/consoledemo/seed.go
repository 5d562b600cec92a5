package consoledemo

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// The people of the demo. Grace and Linus are in the group sre, Margaret and Katherine
// in security, Root in platform.
const (
	Ada       = "ada@example.com"
	Grace     = "grace@example.com"
	Linus     = "linus@example.com"
	Margaret  = "margaret@example.com"
	Katherine = "katherine@example.com"
	Root      = "root@example.com"
	CI        = "ci@example.com"
)

// Scenes are the ids of requests that show one thing each. All are Ada's, except that of
// CI in Unseated.
type Scenes struct {
	// Pending waits for Grace or Linus. Its checks did not all pass.
	Pending string
	// HalfApproved needs two people from two groups. Margaret has approved it.
	HalfApproved string
	// Unseated needs any two of the group sre, and has neither.
	Unseated string
	// Active was approved by code, Approved by Grace; access of both is live.
	Active, Approved string
	// Revoked was live until Ada ended it.
	Revoked string
	// Denied was denied by Linus, DeniedByCode by a hook.
	Denied, DeniedByCode string
	// Canceled was withdrawn by Ada.
	Canceled string
	// Deployed was approved by Grace and grants no access.
	Deployed string
}

// scene is one request, with what follows.
type scene struct {
	by     string
	in     api.CreateInput
	status api.Status // after the hooks
	acts   []act
	id     *string
}

// act is one action on a request.
type act struct{ by, action, reason string }

// Seed makes the requests of the scenes, and as many others as the number says, through
// the API at url: that of [Start]. It makes the others first, so that the newest
// requests are the scenes. The same number makes the same requests, with new ids.
func Seed(ctx context.Context, url string, others int) (Scenes, error) {
	var s Scenes
	for _, play := range append(crowd(others), scenes(&s)...) {
		if err := play.run(ctx, url); err != nil {
			return s, err
		}
	}
	return s, nil
}

func scenes(s *Scenes) []scene {
	access := func(target, urgency, reason string) api.CreateInput {
		return api.CreateInput{Flow: "aws-access", Fields: map[string]any{"target": target, "urgency": urgency}, Reason: reason, DurationSeconds: 3600}
	}
	data := func(query, reason string) api.CreateInput {
		return api.CreateInput{Flow: "customer-data", Reason: reason, DurationSeconds: 900, Fields: map[string]any{
			"target": "crm", "customer": "C-1002", "query": query, "token": "483920",
		}}
	}
	ticket := access("prod-ro", "Normal", "Customer ticket: invoice 88231 was charged twice.")
	ticket.Fields["ticket"] = "OPS-1304"
	return []scene{
		{by: Ada, id: &s.Revoked, in: ticket, status: api.StatusActive, acts: []act{{Ada, "revoke", "Done."}}},
		{by: Ada, id: &s.Denied, in: access("prod-admin", "Urgent", "Rotate the certificate of the webhook endpoint."), status: api.StatusPending, acts: []act{{Linus, "deny", "Please use the pipeline for this."}}},
		{by: Ada, id: &s.DeniedByCode, in: data("UPDATE invoices SET paid = true", "Correct the double charge."), status: api.StatusDenied},
		{by: Ada, id: &s.Canceled, in: access("staging-admin", "Normal", "Try the new release."), status: api.StatusPending, acts: []act{{Ada, "cancel", "Not needed any more."}}},
		{by: Ada, id: &s.Deployed, status: api.StatusPending, acts: []act{{Grace, "approve", "Go ahead."}}, in: api.CreateInput{
			Flow: "deploy", Reason: "Fix for the rounding error in VAT.", Fields: map[string]any{"service": "billing", "tier": "1", "lines": 12, "regions": []string{"eu-west-1", "us-east-1"}, "backup": Linus},
		}},
		{by: Ada, id: &s.Approved, in: access("staging-admin", "Urgent", "Find out why the nightly export stopped at 02:10."), status: api.StatusPending, acts: []act{{Grace, "approve", "Fine, I see the alert too."}}},
		{by: Ada, id: &s.Active, in: access("prod-ro", "Emergency", "Checkout is down since 14:02."), status: api.StatusActive},
		{by: CI, id: &s.Unseated, in: api.CreateInput{Flow: "guarded"}, status: api.StatusPending},
		{by: Ada, id: &s.HalfApproved, in: data("SELECT id, total FROM invoices WHERE customer = :c", "Customer asks for the totals of May."), status: api.StatusPending, acts: []act{{Margaret, "approve", "Masked, and read-only."}}},
		{by: Ada, id: &s.Pending, in: access("prod-admin", "Urgent", "Look at the error rate of checkout after the 14:00 release. Read-only lacks the profiler."), status: api.StatusPending},
	}
}

// run makes the request, waits until hooks are done with it, and acts on it.
func (s scene) run(ctx context.Context, url string) error {
	c, err := api.New(url, api.Bearer(s.by))
	if err != nil {
		return err
	}
	s.in.Wait = 10 * time.Second
	r, err := c.Create(ctx, s.in)
	if err != nil {
		return fmt.Errorf("request %s as %s: %w", s.in.Flow, s.by, err)
	}
	if r, err = c.Await(ctx, r.ID, settled); err != nil {
		return err
	}
	if s.id != nil {
		*s.id = r.ID
		if r.Status != s.status {
			return fmt.Errorf("request %s of %s is %s, want %s", r.ID, s.in.Flow, r.Status, s.status)
		}
	}
	for _, a := range s.acts {
		if err := a.run(ctx, url, r.ID); err != nil {
			return err
		}
		if _, err := c.Await(ctx, r.ID, settled); err != nil {
			return err
		}
	}
	return nil
}

// settled reports whether a request waits for people, or for the end of its access.
func settled(r *api.Request) bool {
	switch r.Status {
	case api.StatusRequested:
		return false
	case api.StatusApproved:
		return r.DurationSeconds == 0
	}
	return true
}

func (a act) run(ctx context.Context, url, id string) error {
	c, err := api.New(url, api.Bearer(a.by))
	if err != nil {
		return err
	}
	switch a.action {
	case "approve":
		_, _, err = c.Approve(ctx, id, api.ApproveInput{Reason: a.reason})
	case "deny":
		_, _, err = c.Deny(ctx, id, api.DenyInput{Reason: a.reason})
	case "cancel":
		_, _, err = c.Cancel(ctx, id, api.CancelInput{Reason: a.reason})
	case "revoke":
		_, _, err = c.Revoke(ctx, id, api.RevokeInput{Reason: a.reason})
	default:
		return fmt.Errorf("unknown action %q", a.action)
	}
	if err != nil {
		return fmt.Errorf("%s %s as %s: %w", a.action, id, a.by, err)
	}
	return nil
}
