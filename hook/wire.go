package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// ContractVersion is the version of the hook contract that this package speaks.
const ContractVersion = "1"

// defaultLimit is what each hook may take where what is asked doesn't say.
const defaultLimit = 10 * time.Second

// longest is how long, in seconds, a Lambda function may run at most.
const longest = 900

// asked is the document that a hook function is asked with. Members it doesn't
// know are ignored.
type asked struct {
	Version        string `json:"version"`
	Hook           string `json:"hook"`
	TimeoutSeconds int    `json:"timeout_seconds"`
	// Accepts are the response members that the engine understands; nil from an
	// engine of version 1.0.
	Accepts []string `json:"accepts"`
	// Trial says that nothing follows from the response.
	Trial bool `json:"trial"`
	// Flow is what the run's flow declares; run.flow has the values.
	Flow struct {
		Fields       *[]string `json:"fields"`
		VarsDeclared *[]string `json:"vars_declared"`
		Version      string    `json:"version"`
	} `json:"flow"`
	// Field, Query and Value come with the hook prefetch alone.
	Field string `json:"field"`
	Query string `json:"query"`
	Value string `json:"value"`
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
		Requester       User   `json:"requester"`
		Reason          string `json:"reason"`
		DurationSeconds int    `json:"duration_seconds"`
		Access          *struct {
			StartsAt time.Time `json:"starts_at"`
			EndsAt   time.Time `json:"ends_at"`
		} `json:"access"`
		Context   json.RawMessage            `json:"context"`
		Recent    *recent                    `json:"recent"`
		Actors    map[string]User            `json:"actors"`
		Fields    map[string]json.RawMessage `json:"fields"`
		Sensitive []string                   `json:"sensitive"`
		History   []Entry                    `json:"history"`
		Steps     map[string]json.RawMessage `json:"steps"`
		// OverrideOf is there where an admin sets the hook's verdict aside.
		OverrideOf *int `json:"override_of"`
		// StrategyOutput is read by [Event.Step] as the output of "escalate".
		StrategyOutput json.RawMessage `json:"strategy_output"`
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

// readAsked reads what is asked.
func readAsked(raw []byte) (asked, error) {
	var a asked
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("what was asked is not understood: %w", err)
	}
	if !knownVersion(a.Version) {
		return a, fmt.Errorf("unsupported contract version %q; supported: %q", a.Version, ContractVersion)
	}
	if a.Hook == "" {
		return a, fmt.Errorf("what was asked names no hook")
	}
	if a.Run.Requester.Type == "" {
		a.Run.Requester.Type = "user"
	}
	return a, nil
}

// limit is what each hook of the invocation may take.
func (a asked) limit() time.Duration {
	if a.TimeoutSeconds < 1 {
		return defaultLimit
	}
	return seconds(min(a.TimeoutSeconds, longest))
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// NewEvent reads the document that a hook is asked with as that hook's event. It
// is for tests; package hooktest builds such documents.
func NewEvent(document []byte) (*Event, error) {
	a, err := readAsked(document)
	if err != nil {
		return nil, err
	}
	return a.event(a.Hook, &reads{panics: true}), nil
}

// flow returns the flow of the event; what is read of it is checked by r.
func (a asked) flow(r *reads) Flow {
	r.flow = a.Run.Flow.Name
	f := Flow{Name: a.Run.Flow.Name, Label: a.Run.Flow.Label, Version: a.Flow.Version, Vars: a.Run.Flow.Vars}
	f.Vars.names = r.declared("var", a.Flow.VarsDeclared)
	return f
}

// fields returns the fields of the event; what is read of them is checked by r.
func (a asked) fields(r *reads) Fields {
	return Fields{values: a.Run.Fields, names: r.declared("field", a.Flow.Fields)}
}

func (a asked) event(hook string, reads *reads) *Event {
	r := a.Run
	e := &Event{
		Hook: hook, Name: a.Event.Name, At: a.Event.At, Channel: a.Event.Channel, Reason: a.Event.Reason,
		User: a.Event.Actor, Requester: r.Requester, Flow: a.flow(reads),
		Run: Run{
			ID: r.ID, Status: r.Status, Reason: r.Reason, Duration: seconds(r.DurationSeconds),
			Withheld: r.Sensitive, History: r.History, OverrideOf: r.OverrideOf,
		},
		Fields: a.fields(reads), actors: r.Actors, steps: r.Steps, trial: a.Trial, reads: reads,
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

// answer is the document that goes back.
type answer struct {
	Version         string          `json:"version"`
	Transition      string          `json:"transition,omitempty"`
	Reason          string          `json:"reason,omitempty"`
	Message         string          `json:"message,omitempty"`
	DurationSeconds int             `json:"duration_seconds,omitempty"`
	Checks          []Check         `json:"checks,omitempty"`
	Permissions     *permissions    `json:"permissions,omitempty"`
	Notifications   *[]Notification `json:"notifications,omitempty"`
	Output          json.RawMessage `json:"output,omitempty"`
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

// marshal writes JSON as the Lambda runtime does, which leaves <, > and & as
// they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
