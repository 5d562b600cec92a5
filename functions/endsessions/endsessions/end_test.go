package endsessions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/endsessions/endsessions"
)

// policy is the one policy of an organization.
type policy struct {
	t       *testing.T
	content string
	writes  int
}

// empty is what docs/operations.md has an administrator begin with.
const empty = `{"Version":"2012-10-17","Statement":[{"Sid":"Fasttrack","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"identitystore:UserId":["nobody"]}}}]}`

func (p *policy) DescribePolicy(_ context.Context, in *organizations.DescribePolicyInput, _ ...func(*organizations.Options)) (*organizations.DescribePolicyOutput, error) {
	if *in.PolicyId != "p-1" {
		return nil, &types.PolicyNotFoundException{}
	}
	return &organizations.DescribePolicyOutput{Policy: &types.Policy{Content: &p.content}}, nil
}

func (p *policy) UpdatePolicy(_ context.Context, in *organizations.UpdatePolicyInput, _ ...func(*organizations.Options)) (*organizations.UpdatePolicyOutput, error) {
	p.content = *in.Content
	p.writes++
	if len(p.content) > 5120 {
		p.t.Errorf("a policy of %d characters", len(p.content))
	}
	sids := map[string]bool{}
	for _, s := range p.statements() {
		if sids[s.Sid] || strings.Trim(s.Sid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			p.t.Errorf("statement id %q is taken, or none", s.Sid)
		}
		sids[s.Sid] = true
	}
	return &organizations.UpdatePolicyOutput{}, nil
}

type statement struct {
	Sid       string
	Condition struct {
		StringEquals struct {
			Users []string `json:"identitystore:UserId"`
		}
		DateLessThan struct {
			Issued time.Time `json:"aws:TokenIssueTime"`
		}
	}
}

func (p *policy) statements() []statement {
	var doc struct{ Statement []statement }
	if err := json.Unmarshal([]byte(p.content), &doc); err != nil {
		p.t.Fatal(err)
	}
	return doc.Statement
}

// denies reports whether a session of the user that was begun then may do nothing.
func (p *policy) denies(user string, issued time.Time) bool {
	for _, s := range p.statements() {
		for _, u := range s.Condition.StringEquals.Users {
			if u == user && issued.Before(s.Condition.DateLessThan.Issued) {
				return true
			}
		}
	}
	return false
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func ended(t *testing.T, at, until time.Time, users string) (e api.BusEvent) {
	t.Helper()
	raw := fmt.Sprintf(`{"detail-type":"fasttrack.run.revoke","detail":{"id":"R-4","type":"fasttrack.run.revoke","run":{"id":"R"},"entry":{"seq":4,"event":"revoke","at":%q,"sessions_until":%q,"sessions_of":%q}}}`,
		at.Format(time.RFC3339Nano), until.Format(time.RFC3339), users)
	if err := json.Unmarshal([]byte(raw), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func handler(p *policy, now *time.Time) *endsessions.Handler {
	return endsessions.New(endsessions.Deps{Policies: p, PolicyID: endsessions.IDOf("arn:aws:organizations::1:policy/o-1/service_control_policy/p-1"), Now: func() time.Time { return *now }, Log: slog.New(slog.DiscardHandler)})
}

// Sessions that were begun before the end of access are denied until they are
// over; those that are begun later, and other people's, are not.
func TestSessionsAreDenied(t *testing.T) {
	p, now := &policy{t: t, content: empty}, noon
	h := handler(p, &now)
	if err := h.Handle(t.Context(), ended(t, noon, noon.Add(8*time.Hour), "u1")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		user   string
		issued time.Time
		want   bool
	}{{"u1", noon.Add(-time.Minute), true}, {"u1", noon.Add(time.Minute), false}, {"u2", noon.Add(-time.Minute), false}} {
		if got := p.denies(tc.user, tc.issued); got != tc.want {
			t.Errorf("%s at %s: denied is %v", tc.user, tc.issued, got)
		}
	}
	// The same event again changes nothing; a later end holds instead.
	writes := p.writes
	if err := h.Handle(t.Context(), ended(t, noon, noon.Add(8*time.Hour), "u1")); err != nil || p.writes != writes {
		t.Errorf("%v, %d writes", err, p.writes-writes)
	}
	now = noon.Add(time.Hour)
	if err := h.Handle(t.Context(), ended(t, now, now.Add(time.Hour), "u1 u2")); err != nil || !p.denies("u1", noon.Add(30*time.Minute)) || !p.denies("u2", noon) || len(p.statements()) != 2 {
		t.Errorf("%v\n%s", err, p.content)
	}
	// What is over is left out, and the policy keeps a statement.
	now = noon.Add(9 * time.Hour)
	if err := h.Handle(t.Context(), ended(t, now, now.Add(time.Hour), "u3")); err != nil || len(p.statements()) != 1 || p.denies("u1", noon.Add(-time.Minute)) {
		t.Errorf("%v\n%s", err, p.content)
	}
}

// Events without sessions, or late ones, change nothing.
func TestNothingToDeny(t *testing.T) {
	p, now := &policy{t: t, content: empty}, noon
	h := handler(p, &now)
	for _, e := range []api.BusEvent{ended(t, noon, noon.Add(time.Hour), ""), ended(t, noon.Add(-2*time.Hour), noon.Add(-time.Hour), "u1")} {
		if err := h.Handle(t.Context(), e); err != nil || p.writes > 0 {
			t.Errorf("%v, %d writes", err, p.writes)
		}
	}
}

// An event of something else is an error, so that it is kept.
func TestOtherEvents(t *testing.T) {
	p, now := &policy{t: t, content: empty}, noon
	for _, detail := range []string{`{}`, `[]`, `{"id":"R-4","type":"other.run.revoke","run":{"id":"R"},"entry":{"seq":4}}`} {
		if err := handler(p, &now).Handle(t.Context(), api.BusEvent{Detail: json.RawMessage(detail)}); err == nil || p.writes > 0 {
			t.Errorf("%s: %v, %d writes", detail, err, p.writes)
		}
	}
}

// However many end, the policy fits, and denies all of them.
func TestThePolicyFits(t *testing.T) {
	p, now := &policy{t: t, content: empty}, noon
	h := handler(p, &now)
	user := func(n int) string { return fmt.Sprintf("%08d-0000-0000-0000-000000000000", n) }
	for n := range 80 {
		now = now.Add(time.Minute)
		if err := h.Handle(t.Context(), ended(t, now, now.Add(12*time.Hour), user(n))); err != nil {
			t.Fatal(n, err)
		}
	}
	for n := range 80 {
		if !p.denies(user(n), noon) {
			t.Errorf("user %d is not denied", n)
		}
	}
	var err error
	for n := 80; n < 200 && err == nil; n++ {
		before := p.content
		if err = h.Handle(t.Context(), ended(t, now, now.Add(12*time.Hour), user(n))); err != nil && p.content != before {
			t.Error("a policy that can't deny all is changed")
		}
	}
	if err == nil {
		t.Error("any number of users fits")
	}
}

// A policy that holds what somebody else put there is left alone.
func TestSomebodyElsesPolicy(t *testing.T) {
	for _, content := range []string{
		`{"Version":"2012-10-17","Statement":[{"Sid":"Guardrail","Effect":"Deny","Action":"*","Resource":"*"}]}`,
		strings.Replace(empty, `"Fasttrack"`, `"Guardrail"`, 1), strings.Replace(empty, `"Deny"`, `"Allow"`, 1), ``, `x`,
	} {
		p, now := &policy{t: t, content: content}, noon
		if err := handler(p, &now).Handle(t.Context(), ended(t, noon, noon.Add(time.Hour), "u1")); err == nil || p.writes > 0 {
			t.Errorf("%s: %v, %d writes", content, err, p.writes)
		}
	}
	if got := endsessions.IDOf("p-1"); got != "p-1" || aws.ToString(&got) == "" {
		t.Error(got)
	}
}
