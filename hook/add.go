package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of the contract, and what they leave: a response without permissions
// has at most 64 KiB, of which the errors of three hooks may need the rest.
const (
	maxReason    = 2000 // characters
	maxCheckText = 1000 // characters
	maxError     = 1000 // characters
	maxChecks    = 50
	maxFlows     = 1000
	maxFlowNames = 16 << 10 // bytes
	maxOutput    = 8 << 10  // bytes
	maxAnswer    = 48 << 10 // bytes

	// carried is what Step Functions carries from state to state: the event, the
	// response to it, and what stands around both.
	carried = 256 << 10 // bytes
	around  = 2 << 10   // bytes
)

// room is how large the response may be: with permissions, which may name many
// people, what the event leaves of what Step Functions carries.
func (i *invocation) room(a *answer) int {
	if a.Permissions == nil {
		return maxAnswer
	}
	return max(maxAnswer, carried-around-len(i.raw))
}

// add puts what one hook returned into the answer. After an error the answer is
// of no use.
func (a *answer) add(e *Event, outcome any) error {
	if e.failed != nil {
		return e.failed
	}
	if err := e.reads.err(); err != nil {
		return err
	}
	if e.output != nil {
		if a.Output != nil {
			return errors.New("output: an earlier hook of this invocation kept one, and an invocation keeps one")
		}
		a.Output = e.output
	}
	if err := a.addChecks(e.checks); err != nil {
		return err
	}
	switch o := outcome.(type) {
	case Approval:
		if o.shorter {
			if o.duration < time.Second || o.duration%time.Second != 0 {
				return fmt.Errorf("For(%s): whole seconds, at least one, were expected", o.duration)
			}
			a.DurationSeconds = int(o.duration / time.Second)
		}
		return a.decide("approve", o.reason, o.checks)
	case Denial:
		return a.decide("deny", o.reason, o.checks)
	case Ignoring:
		a.Transition, a.Message = "ignore", o.message
		return checkLines("its message", o.message, maxReason)
	case Expiry:
		return a.decide("expire", o.reason, nil)
	case Escalation:
		return a.decide("escalate", o.reason, nil)
	case Deescalation:
		return a.decide("deescalate", o.reason, nil)
	case Revocation:
		return a.decide("revoke", o.reason, nil)
	case Continuation:
		return nil
	case Permissions:
		var err error
		a.Permissions, err = o.wire()
		return err
	case []Notification:
		if o == nil { // nothing was said; an empty list tells nobody
			return nil
		}
		var err error
		a.Notifications, err = told(o)
		return err
	case nil:
		return errors.New("it returned no outcome; hook.Continue() goes on")
	}
	return fmt.Errorf("it returned %T, which is no outcome of package hook; hook.Continue() goes on", outcome)
}

func (a *answer) decide(transition, reason string, checks []Check) error {
	a.Transition, a.Reason = transition, reason
	if err := checkLines("its reason", reason, maxReason); err != nil {
		return err
	}
	return a.addChecks(checks)
}

func (a *answer) addChecks(checks []Check) error {
	for _, c := range checks {
		if c.Name == "" {
			return errors.New("a check: it has no name")
		}
		if err := checkLine("a check's name", c.Name, maxCheckText); err != nil {
			return err
		}
		if err := checkLines("a check's detail", c.Detail, maxCheckText); err != nil {
			return err
		}
	}
	// A slice of its own: what is added to a copy of the answer stays there.
	a.Checks = append(append([]Check(nil), a.Checks...), checks...)
	if len(a.Checks) > maxChecks {
		return fmt.Errorf("%d checks in one invocation, more than %d", len(a.Checks), maxChecks)
	}
	return nil
}

// checkLine checks a text that people will read: the rules of the engine, which
// also shows an invisible character as a replacement character.
func checkLine(what, s string, limit int) error {
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Errorf("%s: %d characters, more than %d", what, n, limit)
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return fmt.Errorf("%s: it holds the control character %U", what, r)
		}
	}
	return nil
}

// checkLines is checkLine for a text that may have line breaks and tabs.
func checkLines(what, s string, limit int) error {
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Errorf("%s: %d characters, more than %d", what, n, limit)
	}
	return checkLine(what, strings.NewReplacer("\r\n", "", "\n", "", "\t", "").Replace(s), limit)
}

// encode writes what a hook keeps.
func encode(v any) (json.RawMessage, error) {
	raw, err := marshal(v)
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	if len(raw) > maxOutput {
		return nil, fmt.Errorf("output: %d bytes, more than %d", len(raw), maxOutput)
	}
	return raw, nil
}
