package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ContractVersion is the version of the hook contract that this package supports.
const ContractVersion = "1"

// defaultLimit is how long each hook may take if the event doesn't say.
const defaultLimit = 10 * time.Second

// longest is the longest time limit of a Lambda function, in seconds.
const longest = 900

// invocation is the JSON document that a hook function is invoked with. Unknown members
// are ignored.
type invocation struct {
	Version        string `json:"version"`
	Hook           string `json:"hook"`
	TimeoutSeconds int    `json:"timeout_seconds"`
	// Accepts are the response members that the engine understands; nil from an
	// engine of version 1.0.
	Accepts []string `json:"accepts"`
	// Trial is set where the response has no effect.
	Trial bool `json:"trial"`
	// Flow is what the run's flow declares; run.flow has the values.
	Flow struct {
		Fields       *[]string `json:"fields"`
		VarsDeclared *[]string `json:"vars_declared"`
		Version      string    `json:"version"`
		Store        *struct {
			Person []string `json:"person"`
			Flow   []string `json:"flow"`
		} `json:"store"`
	} `json:"flow"`
	// Field, Query and Value are those of the hook prefetch.
	Field string `json:"field"`
	Query string `json:"query"`
	Value string `json:"value"`
	// Flows are those of the hook get_flows.
	Flows []struct {
		Name  string `json:"name"`
		Label string `json:"label"`
		Vars  Vars   `json:"vars"`
	} `json:"flows"`
	Event struct {
		Name    string    `json:"name"`
		At      time.Time `json:"at"`
		Channel string    `json:"channel"`
		Actor   User      `json:"actor"`
		Reason  string    `json:"reason"`
	} `json:"event"`
	Run struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Flow   struct {
			Name  string `json:"name"`
			Label string `json:"label"`
			Vars  Vars   `json:"vars"`
		} `json:"flow"`
		Requester User  `json:"requester"`
		For       *User `json:"for"`
		Extends   *struct {
			ID           string    `json:"id"`
			Number       int       `json:"number"`
			StartedAt    time.Time `json:"started_at"`
			EndsAt       time.Time `json:"ends_at"`
			TotalSeconds int       `json:"total_seconds"`
		} `json:"extends"`
		ExtendedBy      string    `json:"extended_by"`
		Reason          string    `json:"reason"`
		Source          Source    `json:"source"`
		DurationSeconds int       `json:"duration_seconds"`
		UntilRevoked    bool      `json:"until_revoked"`
		StartsAt        time.Time `json:"starts_at"`
		Access          *struct {
			StartsAt time.Time `json:"starts_at"`
			EndsAt   time.Time `json:"ends_at"`
		} `json:"access"`
		Context   json.RawMessage            `json:"context"`
		Recent    *recent                    `json:"recent"`
		Counts    *recentCounts              `json:"recent_counts"`
		Actors    map[string]User            `json:"actors"`
		Fields    map[string]json.RawMessage `json:"fields"`
		Sensitive []string                   `json:"sensitive"`
		History   []Entry                    `json:"history"`
		Steps     map[string]json.RawMessage `json:"steps"`
		// OverrideOf is set if an admin overrides the hook.
		OverrideOf *int `json:"override_of"`
		// StrategyOutput is read by [Event.Step] as the output of "escalate".
		StrategyOutput json.RawMessage `json:"strategy_output"`
		// Store is nil in a flow without one, from an older engine, and where it did not
		// fit.
		Store *struct {
			Person map[string]kept `json:"person"`
			Flow   map[string]kept `json:"flow"`
		} `json:"store"`
	} `json:"run"`
}

type recent struct {
	WindowSeconds int `json:"window_seconds"`
	Requested     int `json:"requested"`
	Approved      int `json:"approved"`
	Denied        int `json:"denied"`
	Escalated     int `json:"escalated"`
	SameTarget    struct {
		Approved int `json:"approved"`
		Denied   int `json:"denied"`
	} `json:"same_target"`
}

func readInvocation(raw []byte) (invocation, error) {
	var in invocation
	if err := json.Unmarshal(raw, &in); err != nil {
		return in, fmt.Errorf("invalid hook event: %w", err)
	}
	if !knownVersion(in.Version) {
		return in, fmt.Errorf("unsupported contract version %q; supported: %q", in.Version, ContractVersion)
	}
	if in.Hook == "" {
		return in, errors.New("invalid hook event: it names no hook")
	}
	if in.Run.Requester.Type == "" {
		in.Run.Requester.Type = "user"
	}
	return in, nil
}

// limit returns how long each hook of the invocation may take.
func (in invocation) limit() time.Duration {
	if in.TimeoutSeconds < 1 {
		return defaultLimit
	}
	return seconds(min(in.TimeoutSeconds, longest))
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// NewEvent decodes the JSON document of an invocation as the event of its hook. It is for
// tests; package hooktest builds such documents.
func NewEvent(document []byte) (*Event, error) {
	in, err := readInvocation(document)
	if err != nil {
		return nil, err
	}
	return in.event(in.Hook, &reads{panics: true}), nil
}

// flow returns the flow of the event; r checks the names that are read of it.
func (in invocation) flow(r *reads) Flow {
	r.flow = in.Run.Flow.Name
	f := Flow{Name: in.Run.Flow.Name, Label: in.Run.Flow.Label, Version: in.Flow.Version, Vars: in.Run.Flow.Vars}
	f.Vars.names = r.declared("var", in.Flow.VarsDeclared)
	return f
}

// fields returns the fields of the event; r checks the names that are read of them.
func (in invocation) fields(r *reads) Fields {
	return Fields{values: in.Run.Fields, names: r.declared("field", in.Flow.Fields)}
}

func (in invocation) event(hook string, reads *reads) *Event {
	r := in.Run
	e := &Event{
		Hook: hook, Name: in.Event.Name, At: in.Event.At, Channel: in.Event.Channel, Reason: in.Event.Reason,
		User: in.Event.Actor, Requester: r.Requester, Holder: r.Requester, Flow: in.flow(reads),
		Run: Run{
			ID: r.ID, Status: r.Status, Reason: r.Reason, Source: r.Source, Duration: seconds(r.DurationSeconds), UntilRevoked: r.UntilRevoked, ScheduledStart: r.StartsAt,
			Withheld: r.Sensitive, History: r.History, OverrideOf: r.OverrideOf, ExtendedBy: r.ExtendedBy,
		},
		Fields: in.fields(reads), actors: r.Actors, steps: r.Steps, counts: r.Counts, trial: in.Trial, reads: reads,
	}
	e.store = in.store(hook, reads)
	if r.For != nil {
		e.Holder = *r.For
		if e.Holder.Type == "" {
			e.Holder.Type = "user"
		}
	}
	if x := r.Extends; x != nil {
		e.Run.Extends = &Extends{x.ID, x.Number, x.StartedAt, x.EndsAt, seconds(x.TotalSeconds)}
	}
	if a := r.Access; a != nil {
		e.Run.StartsAt, e.Run.EndsAt = a.StartsAt, a.EndsAt
	}
	if len(r.StrategyOutput) > 0 && !bytes.Equal(r.StrategyOutput, []byte("null")) {
		if e.steps == nil {
			e.steps = map[string]json.RawMessage{}
		}
		e.steps[escalate] = r.StrategyOutput
	}
	if !bytes.Equal(r.Context, []byte("null")) {
		e.Context = JSON{r.Context}
	}
	if n := r.Recent; n != nil {
		e.recent = &Recent{
			Window: seconds(n.WindowSeconds), Requested: n.Requested, Approved: n.Approved, Denied: n.Denied, Escalated: n.Escalated,
			SameTarget: SameTarget{Approved: n.SameTarget.Approved, Denied: n.SameTarget.Denied},
		}
	}
	return e
}

// response is the JSON document that a hook function returns.
type response struct {
	Version         string          `json:"version"`
	Transition      string          `json:"transition,omitempty"`
	Reason          string          `json:"reason,omitempty"`
	Message         string          `json:"message,omitempty"`
	DurationSeconds int             `json:"duration_seconds,omitempty"`
	Checks          []Check         `json:"checks,omitempty"`
	Permissions     *permissions    `json:"permissions,omitempty"`
	Notifications   *[]Notification `json:"notifications,omitempty"`
	Output          json.RawMessage `json:"output,omitempty"`
	Puts            []Put           `json:"puts,omitempty"`
	Subscriptions   []string        `json:"subscriptions,omitzero"`
	// Flows are the flows that the function has hooks for.
	Flows  []string    `json:"flows,omitempty"`
	Errors []hookError `json:"errors,omitempty"`
}

type permissions struct {
	Approvers      *[]string     `json:"approvers,omitempty"`
	Viewers        *[]string     `json:"viewers,omitempty"`
	SelfApproval   *bool         `json:"self_approval,omitempty"`
	Approvals      []Requirement `json:"approvals,omitempty"`
	TimeoutSeconds int           `json:"timeout_seconds,omitempty"`
}

type hookError struct {
	Hook  string `json:"hook"`
	Error string `json:"error"`
}

// marshal encodes JSON as the Lambda runtime does, without escaping <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
