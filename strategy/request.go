package strategy

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Operation is what a function is invoked for.
type Operation string

// The operations of the contract.
const (
	OperationGive Operation = "give"
	OperationTake Operation = "take"
	OperationHas  Operation = "has"
)

// Request is the document that a strategy function is invoked with.
type Request struct {
	Version   string    `json:"version"`
	Operation Operation `json:"operation"`
	// Fence grows with each call to give or take one access. A call with a lower
	// fence than an earlier one is late: change nothing and return [ErrStale].
	// OperationHas carries the newest fence, or 0.
	Fence int64 `json:"fence"`
	// Trial is set by `fasttrack strategies check`: the access really is granted, and
	// removed moments later.
	Trial  bool   `json:"trial"`
	Run    Run    `json:"run"`
	Person Person `json:"person"`
	Target Target `json:"target"`
	// Config is the flow's strategy block without type, function, version and
	// fields.
	Config json.RawMessage `json:"config,omitempty"`
	Held   Held            `json:"held"`

	// Ignored names the members of a newer minor version that this package skipped.
	Ignored []string `json:"-"`
}

// Run is the request that access is granted for.
type Run struct {
	ID   string `json:"id"`
	Flow Flow   `json:"flow"`
	// Reason is why the requester needs the access.
	Reason string `json:"reason"`
	// DurationSeconds is how long the access lasts. It is for information: a call of
	// OperationTake ends the access.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// EndsAt is when that is. Before the access exists it is an estimate.
	EndsAt time.Time `json:"ends_at,omitzero"`
	// Fields are the request's. A sensitive field is present only if the flow's
	// strategy block lists it in fields.
	Fields Fields `json:"fields,omitempty"`
	// ApprovedBy are the people, or the hook, whose approval counted.
	ApprovedBy []Approver `json:"approved_by,omitempty"`
}

// Flow is the flow of the request.
type Flow struct {
	Name  string          `json:"name"`
	Label string          `json:"label,omitempty"`
	Vars  json.RawMessage `json:"vars,omitempty"`
}

// Fields are the values of a request's fields.
type Fields map[string]json.RawMessage

// String returns the value of a text field, "" if it is absent or no text.
func (f Fields) String(name string) string {
	var s string
	f.Decode(name, &s)
	return s
}

// Decode reads a field's value into v as encoding/json does. It reports whether
// the field is present and fits.
func (f Fields) Decode(name string, v any) bool {
	raw, present := f[name]
	return present && json.Unmarshal(raw, v) == nil
}

// Approver is a person whose approval counted, or the hook that approved.
type Approver struct {
	// Type is "user" or "hook".
	Type  string `json:"type"`
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
}

// Person is the requester, who gets the access.
type Person struct {
	ID     string   `json:"id"`
	Email  string   `json:"email,omitempty"`
	Name   string   `json:"name,omitempty"`
	Groups []string `json:"groups,omitempty"`
	// Machine marks an identity that is no person's, such as CI's role.
	Machine bool `json:"machine,omitempty"`
	// Identities are the person's names elsewhere, such as "slack".
	Identities map[string]string `json:"identities,omitempty"`
}

// Target is what the person gets access to.
type Target struct {
	ID       string          `json:"id"`
	Label    string          `json:"label,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Held is what the engine knows about the access from earlier calls.
type Held struct {
	// CreatedByUs reports whether a call to give made the access.
	CreatedByUs bool `json:"created_by_us"`
	// Output is what give returned for this request. It is set for OperationTake and
	// OperationHas.
	Output json.RawMessage `json:"output,omitempty"`
}

// requestMembers are the members of a [Request] in this minor version.
var requestMembers = []string{"version", "operation", "fence", "trial", "run", "person", "target", "config", "held"}

// ReadRequest reads the document that a function is invoked with. Members that it
// does not know are skipped and listed in Ignored; the error is for another major
// version, an unknown operation, or a document that is not valid.
func ReadRequest(document []byte) (*Request, error) {
	members, err := readMembers(document)
	if err != nil {
		return nil, fmt.Errorf("invalid request: %w", err)
	}
	// The version decides how the rest is read, so it is read alone and first.
	var version string
	if raw, present := members["version"]; present {
		if err := json.Unmarshal(raw, &version); err != nil {
			return nil, fmt.Errorf("invalid request: version must be a string")
		}
	}
	if _, err := checkVersion(version); err != nil {
		if version == "1" {
			err = fmt.Errorf("%w; set version: 2 in the strategy block of flows.yaml", err)
		}
		return nil, err
	}
	var r Request
	for _, name := range requestMembers {
		raw, present := members[name]
		if !present {
			continue
		}
		if err := json.Unmarshal(raw, r.member(name)); err != nil {
			return nil, fmt.Errorf("invalid request: %s: %w", name, err)
		}
	}
	for name := range members {
		if !slices.Contains(requestMembers, name) {
			r.Ignored = append(r.Ignored, clip(name, 100))
		}
	}
	slices.Sort(r.Ignored)
	switch r.Operation {
	case OperationGive, OperationTake, OperationHas:
	default:
		return nil, fmt.Errorf("unsupported operation %q; supported: give, take, has", clip(string(r.Operation), 40))
	}
	if r.Run.ID == "" || r.Person.ID == "" || r.Target.ID == "" {
		return nil, fmt.Errorf("invalid request: run.id, person.id and target.id must be set")
	}
	return &r, nil
}

// member returns where a member is kept.
func (r *Request) member(name string) any {
	return map[string]any{
		"version": &r.Version, "operation": &r.Operation, "fence": &r.Fence, "trial": &r.Trial, "run": &r.Run,
		"person": &r.Person, "target": &r.Target, "config": &r.Config, "held": &r.Held,
	}[name]
}
