package run

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Draft is the content of a run before it is filed, checked against the flow.
type Draft struct {
	ID        string
	Flow      Flow
	Requester Person
	// For is that of [Run].
	For *Person
	// Extends is that of [Run].
	Extends *Extends
	Channel Channel
	// Place is where in the channel; see [api.Source]. It is kept in the first entry alone.
	Place     string
	Fields    map[string]json.RawMessage
	Sensitive map[string]json.RawMessage
	// Chosen is that of [Run].
	Chosen map[string]map[string]string
	Reason string
	// DurationSeconds is 0 for an approval-only flow.
	DurationSeconds int
	// UntilRevoked is that of [Run].
	UntilRevoked bool
	// StartsAt is that of [Run].
	StartsAt time.Time
	// BreakGlass is that of [Run].
	BreakGlass *BreakGlass
	// Context is nil where none was sent.
	Context json.RawMessage
	// Recent is nil where the flow doesn't ask for it.
	Recent *Recent
	// RecentCounts is nil where the flow doesn't ask for it.
	RecentCounts *RecentCounts
	// FlowVersion is the version of the flow, "" if unknown.
	FlowVersion string
	// RulesVersion is the version of flows.yaml that was pushed, 0 for the deployed file.
	RulesVersion int
	// Sent is the digest of the body that was sent under an Idempotency-Key.
	Sent string
	// Salt goes into the run's digests, so that these don't give a value away to
	// guessing; [New] makes one if it is empty.
	Salt string
	// NonceKey is the random text that the nonces of the run's turns are made with;
	// see [NewNonceKey].
	NonceKey string
}

// Holder is that of [Run].
func (a Draft) Holder() Person {
	if a.For != nil {
		return *a.For
	}
	return a.Requester
}

// New returns the run of a new request: status requested, one entry in its history
// with the digest of its content, on_request next. The error is for values that
// aren't JSON.
func New(a Draft, now time.Time) (*Run, error) {
	now = Stamp(now)
	if a.Salt == "" {
		a.Salt = NewID(now)
	}
	r := &Run{
		Schema: SchemaVersion, ID: a.ID, Flow: a.Flow, Requester: a.Requester, For: a.For, Extends: a.Extends, Channel: a.Channel,
		Fields: a.Fields, Sensitive: a.Sensitive, Chosen: a.Chosen, Reason: a.Reason, DurationSeconds: a.DurationSeconds, UntilRevoked: a.UntilRevoked, StartsAt: a.StartsAt, BreakGlass: a.BreakGlass,
		Salt: a.Salt, HasContext: a.Context != nil, Recent: a.Recent, RecentCounts: a.RecentCounts, Sent: a.Sent, CreatedAt: now, UpdatedAt: now,
		Engine: Engine{Next: NextHook, Hook: OnRequest, NonceKey: a.NonceKey},
	}
	digest, err := PayloadDigest(a)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", a.ID, err)
	}
	if err := r.Append(now, Requested, Entry{
		Event: Request, Actor: a.Requester.Actor(), For: forView(a.For), Extends: a.Extends, Channel: a.Channel, Place: a.Place, StartsAt: a.StartsAt, Reason: a.Reason, PayloadSHA256: digest, FlowVersion: a.FlowVersion,
		RulesVersion: a.RulesVersion,
		BreakGlass:   a.BreakGlass != nil,
	}); err != nil {
		return nil, fmt.Errorf("run %s: %w", a.ID, err)
	}
	if err := r.Seal(); err != nil {
		return nil, err
	}
	return r, nil
}

// PayloadDigest returns the SHA-256, in hex, of the canonical JSON of what a run is
// filed with: flow, whom it is for, what it extends, fields (sensitive ones too), reason, duration,
// whether it lasts until it is revoked, start, context and salt.
func PayloadDigest(a Draft) (string, error) {
	hash, err := Hash(struct {
		Flow            string                     `json:"flow"`
		For             *api.Person                `json:"for,omitempty"`
		Extends         *Extends                   `json:"extends,omitempty"`
		Fields          map[string]json.RawMessage `json:"fields"`
		Sensitive       map[string]json.RawMessage `json:"sensitive,omitempty"`
		Reason          string                     `json:"reason"`
		DurationSeconds int                        `json:"duration_seconds,omitempty"`
		UntilRevoked    bool                       `json:"until_revoked,omitempty"`
		StartsAt        time.Time                  `json:"starts_at,omitzero"`
		BreakGlass      bool                       `json:"break_glass,omitempty"`
		Context         json.RawMessage            `json:"context,omitempty"`
		Salt            string                     `json:"salt,omitempty"`
	}{a.Flow.Name, forView(a.For), a.Extends, a.Fields, a.Sensitive, a.Reason, a.DurationSeconds, a.UntilRevoked, a.StartsAt, a.BreakGlass != nil, a.Context, a.Salt})
	if err != nil {
		return "", fmt.Errorf("hash the request: %w", err)
	}
	return hash, nil
}
