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

// The limits of the contract. A response without permissions has at most 64 KiB;
// maxResponse leaves the rest to the errors of three hooks.
const (
	maxReason    = 2000 // characters
	maxCheckText = 1000 // characters
	maxError     = 1000 // characters
	maxChecks    = 50
	maxFlows     = 1000
	maxFlowNames = 16 << 10 // bytes
	maxOutput    = 8 << 10  // bytes
	maxResponse  = 48 << 10 // bytes

	// carried is the largest payload between states of Step Functions: the event, the
	// response, and what is around both.
	carried = 256 << 10 // bytes
	around  = 2 << 10   // bytes
)

// room returns the size that the response may have. Permissions may name many people, so
// with them it is what the event leaves of the payload.
func (c *call) room(r *response) int {
	if r.Permissions == nil {
		return maxResponse
	}
	return max(maxResponse, carried-around-len(c.raw))
}

// add adds one hook's outcome to the response, which after an error is useless.
func (r *response) add(e *Event, outcome any) error {
	if e.failed != nil {
		return e.failed
	}
	if err := e.reads.err(); err != nil {
		return err
	}
	if e.output != nil {
		if r.Output != nil {
			return errors.New("output: an earlier hook of this invocation kept one; an invocation keeps one at most")
		}
		r.Output = e.output
	}
	if err := r.addPuts(e); err != nil {
		return err
	}
	if err := r.addChecks(e.checks); err != nil {
		return err
	}
	switch o := outcome.(type) {
	case Approval:
		if o.shorter {
			if o.duration < time.Second || o.duration%time.Second != 0 {
				return fmt.Errorf("For(%s): must be whole seconds, at least one", o.duration)
			}
			r.DurationSeconds = int(o.duration / time.Second)
		}
		return r.decide("approve", o.reason, o.checks)
	case Denial:
		return r.decide("deny", o.reason, o.checks)
	case Ignoring:
		r.Transition, r.Message = "ignore", o.message
		return checkLines("its message", o.message, maxReason)
	case Expiry:
		return r.decide("expire", o.reason, nil)
	case Escalation:
		return r.decide("escalate", o.reason, nil)
	case Deescalation:
		return r.decide("deescalate", o.reason, nil)
	case Revocation:
		return r.decide("revoke", o.reason, nil)
	case Continuation:
		return nil
	case Permissions:
		var err error
		r.Permissions, err = o.wire()
		return err
	case []Notification:
		if o == nil { // which keeps the flow's list; an empty one notifies nobody
			return nil
		}
		var err error
		r.Notifications, err = wireNotifications(o)
		return err
	case nil:
		return errors.New("it returned no outcome; return hook.Continue() to go on")
	}
	return fmt.Errorf("it returned %T, which is no outcome of package hook; return hook.Continue() to go on", outcome)
}

func (r *response) decide(transition, reason string, checks []Check) error {
	r.Transition, r.Reason = transition, reason
	if err := checkLines("its reason", reason, maxReason); err != nil {
		return err
	}
	return r.addChecks(checks)
}

func (r *response) addChecks(checks []Check) error {
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
	// A slice of its own: a copy of the response does not share it.
	r.Checks = append(append([]Check(nil), r.Checks...), checks...)
	if len(r.Checks) > maxChecks {
		return fmt.Errorf("%d checks in one invocation, more than %d", len(r.Checks), maxChecks)
	}
	return nil
}

// checkLine checks a text of one line that people read, by the engine's rules. The engine
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

// encode encodes what a hook keeps.
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
