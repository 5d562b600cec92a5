package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// ContractVersion is the version of the hook contract that this package speaks.
const ContractVersion = "1"

// The limits of the contract.
const (
	maxReason     = 2000 // characters
	maxOutput     = 8 << 10
	defaultLimitS = 10
)

// asked is the document that a hook function is asked with. Members it doesn't
// know are ignored.
type asked struct {
	Version        string `json:"version"`
	Hook           string `json:"hook"`
	TimeoutSeconds int    `json:"timeout_seconds"`
	Event          struct {
		Name    string    `json:"name"`
		At      time.Time `json:"at"`
		Channel string    `json:"channel"`
		Actor   User      `json:"actor"`
		Reason  string    `json:"reason"`
	} `json:"event"`
	Run struct {
		ID              string                     `json:"id"`
		Status          string                     `json:"status"`
		Flow            Flow                       `json:"flow"`
		Requester       User                       `json:"requester"`
		Reason          string                     `json:"reason"`
		DurationSeconds int                        `json:"duration_seconds"`
		Context         json.RawMessage            `json:"context"`
		Actors          map[string]User            `json:"actors"`
		Fields          map[string]json.RawMessage `json:"fields"`
		Sensitive       []string                   `json:"sensitive"`
		History         []Entry                    `json:"history"`
		Steps           map[string]json.RawMessage `json:"steps"`
	} `json:"run"`
}

// readAsked reads what is asked. It is read anew for each hook, so that each has
// a deep copy of its own.
func readAsked(raw []byte) (asked, error) {
	var a asked
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("what was asked is not understood: %w", err)
	}
	if a.Version != ContractVersion {
		return a, fmt.Errorf("version %q of the hook contract is not known; %q is", a.Version, ContractVersion)
	}
	if a.Hook == "" {
		return a, fmt.Errorf("what was asked names no hook")
	}
	return a, nil
}

// NewEvent reads the document that a hook is asked with as that hook's event. It
// is for tests; package hooktest builds such documents.
func NewEvent(document []byte) (*Event, error) {
	a, err := readAsked(document)
	if err != nil {
		return nil, err
	}
	return a.event(a.Hook), nil
}

func (a asked) event(hook string) *Event {
	r := a.Run
	e := &Event{
		Hook: hook, Name: a.Event.Name, At: a.Event.At, Channel: a.Event.Channel, Reason: a.Event.Reason,
		User: a.Event.Actor, Requester: r.Requester, Flow: r.Flow,
		Run: Run{
			ID: r.ID, Status: r.Status, Reason: r.Reason, Duration: time.Duration(r.DurationSeconds) * time.Second,
			Withheld: r.Sensitive, History: r.History,
		},
		Fields: Fields{r.Fields}, actors: r.Actors, steps: r.Steps,
	}
	if !bytes.Equal(r.Context, []byte("null")) {
		e.Context = Context{r.Context}
	}
	if e.Requester.Type == "" {
		e.Requester.Type = "user"
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
	Subscriptions   []string        `json:"subscriptions"`
	Errors          []hookError     `json:"errors,omitempty"`
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

// add puts what one hook returned into the answer.
func (a *answer) add(e *Event, outcome any) error {
	var made answer
	var checks []Check
	switch o := outcome.(type) {
	case Approval:
		made.Transition, made.Reason, checks = "approve", o.reason, o.checks
		if o.shorter {
			if o.duration < time.Second || o.duration%time.Second != 0 {
				return fmt.Errorf("For(%s): whole seconds, at least one, were expected", o.duration)
			}
			made.DurationSeconds = int(o.duration / time.Second)
		}
	case Denial:
		made.Transition, made.Reason, checks = "deny", o.reason, o.checks
	case Ignoring:
		made.Transition, made.Message = "ignore", o.message
	case Expiry:
		made.Transition, made.Reason = "expire", o.reason
	case Escalation:
		made.Transition, made.Reason = "escalate", o.reason
	case Deescalation:
		made.Transition, made.Reason = "deescalate", o.reason
	case Revocation:
		made.Transition, made.Reason = "revoke", o.reason
	case Continuation:
	case Permissions:
		a.Permissions = o.wire()
	case []Notification:
		if o == nil {
			break
		}
		for i := range o {
			if o[i].To == nil {
				o[i].To = []string{}
			}
		}
		a.Notifications = &o
	default:
		return fmt.Errorf("it returned %T, which is no outcome; hook.Continue() goes on", outcome)
	}
	for _, text := range []string{made.Reason, made.Message} {
		if err := checkText(text); err != nil {
			return fmt.Errorf("its reason: %w", err)
		}
	}
	if e.failed != nil {
		return e.failed
	}
	a.Checks = append(append(a.Checks, e.checks...), checks...)
	if made.Transition != "" {
		a.Transition, a.Reason, a.Message, a.DurationSeconds = made.Transition, made.Reason, made.Message, made.DurationSeconds
	}
	if e.output != nil && a.Output == nil {
		a.Output = e.output
	}
	return nil
}

func (p Permissions) wire() *permissions {
	w := &permissions{SelfApproval: p.SelfApproval, Approvals: p.Approvals, TimeoutSeconds: p.TimeoutSeconds}
	if p.Approvers != nil {
		w.Approvers = &p.Approvers
	}
	if p.Viewers != nil {
		w.Viewers = &p.Viewers
	}
	return w
}

// checkText checks a text that people will read.
func checkText(s string) error {
	if n := utf8.RuneCountInString(s); n > maxReason {
		return fmt.Errorf("%d characters, more than %d", n, maxReason)
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return fmt.Errorf("it holds the control character %U", r)
		}
	}
	return nil
}
