package hookapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// jsonSpace is what JSON takes for white space (RFC 8259, section 2).
const jsonSpace = " \t\r\n"

// Read reads the response of a function that was called for a hook. It never fails:
// what is invalid is in the errors of the response. durationSeconds is the duration
// of the run, 0 for none; flow is the run's flow.
func Read(hook run.HookName, flow string, raw json.RawMessage, durationSeconds int) Response {
	var a Response
	trimmed := bytes.Trim(raw, jsonSpace)
	if len(trimmed) == 0 || string(trimmed) == "null" {
		return a
	}
	if len(trimmed) > maxResponseOfPeople {
		a.FailedWhole = true
		a.Fail(hook, "returned an invalid response: %d bytes, more than %d", len(trimmed), maxResponseOfPeople)
		return a
	}
	members, err := strictjson.Object(trimmed)
	if _, people := members["permissions"]; err == nil && !people && len(trimmed) > maxResponse {
		err = fmt.Errorf("%d bytes, more than %d, the limit of a response without permissions", len(trimmed), maxResponse)
	}
	if err != nil {
		a.FailedWhole = true
		a.Fail(hook, "returned an invalid response: %v", err)
		return a
	}
	a.readVersion(hook, members["version"])
	delete(members, "version")
	// In one order, so that the same response always has the same error.
	for _, name := range slices.Sorted(maps.Keys(members)) {
		known := len(a.Unknown)
		a.readMember(hook, name, members[name])
		for i := known; i < len(a.Unknown); i++ {
			if a.Unknown[i] != name {
				a.Unknown[i] = name + "." + a.Unknown[i]
			}
		}
	}
	a.Unknown = a.Unknown[:min(len(a.Unknown), MaxUnknown)]
	a.checkTogether(hook, durationSeconds)
	a.checkFlows(hook, flow)
	if a.Failure(hook) != "" {
		a.dropVerdict()
	}
	return a
}

func (a *Response) readMember(hook run.HookName, name string, value json.RawMessage) {
	if string(value) == "null" {
		if instead, narrows := narrows[name]; narrows {
			a.failOf(hook, name, fmt.Errorf("null is invalid; %s", instead))
		}
		return
	}
	var err error
	switch name {
	case "transition":
		err = strictjson.Decode(value, &a.Transition)
	case "reason":
		err = readWords(value, &a.Reason)
	case "message":
		err = readWords(value, &a.Message)
	case "duration_seconds":
		if err = strictjson.Decode(value, &a.DurationSeconds); err == nil && a.DurationSeconds < 1 {
			err = fmt.Errorf("must be a whole number from 1, got %d", a.DurationSeconds)
		}
	case "checks":
		a.Checks, err = a.readChecks(value)
	case "output":
		if len(value) > maxOutput {
			err = fmt.Errorf("%d bytes, more than %d", len(value), maxOutput)
		}
		a.Output = value
	case "subscriptions":
		if err = strictjson.Decode(value, &a.Subscriptions); err == nil {
			a.Subscribes = true
		}
	case "flows":
		if err = strictjson.Decode(value, &a.flows); err == nil && len(a.flows) > maxFlows {
			err = fmt.Errorf("%d of them, more than %d", len(a.flows), maxFlows)
		}
	case "errors":
		err = a.readErrors(value)
	case "puts":
		if a.Puts, err = a.readPuts(hook, value); err != nil {
			a.Puts = nil
		}
	case "permissions":
		if hook != run.OnRequest && hook != run.GetPermissions {
			err = fmt.Errorf("only on_request and get_permissions may return it")
			break
		}
		if a.Permissions, err = a.readPermissions(value); err != nil {
			a.Permissions = nil
		}
	case "notifications":
		if hook != run.OnRequest && hook != run.GetPermissions && hook != run.GetNotifications {
			err = fmt.Errorf("only on_request, get_permissions and get_notifications may return it")
			break
		}
		if a.Notifications, err = a.readNotifications(value); err != nil {
			a.Notifications = nil
		}
	default:
		err = a.unknownMember(name)
	}
	if err != nil {
		a.failOf(hook, name, err)
	}
}

// failOf records why a member is invalid. What a reducer returns in the invocation of
// another hook is the failure of the reducer.
func (a *Response) failOf(asked run.HookName, member string, err error) {
	of := asked
	switch {
	case member == "permissions" && (asked == run.OnRequest || asked == run.GetPermissions):
		of = run.GetPermissions
	case member == "notifications" && (asked == run.OnRequest || asked == run.GetPermissions || asked == run.GetNotifications):
		of = run.GetNotifications
	}
	a.Fail(of, "returned an invalid response: %s: %v", member, err)
}

// checkTogether checks what members mean for one another.
func (a *Response) checkTogether(hook run.HookName, durationSeconds int) {
	if a.Transition != "" && !allows(hook, a.Transition) {
		a.Fail(hook, "returned an invalid response: transition %q is not one that %s may return; it may return %s", a.Transition, hook, choices(hook))
	}
	if a.Message != "" && a.Transition != run.Ignore {
		a.Fail(hook, "returned an invalid response: message is valid only with transition \"ignore\"")
	}
	if a.DurationSeconds > 0 {
		switch {
		case a.Transition != run.Approve:
			a.Fail(hook, "returned an invalid response: duration_seconds is valid only with transition \"approve\"")
		case durationSeconds == 0:
			a.Fail(hook, "returned an invalid response: duration_seconds: the flow grants no access, so it has no duration to shorten")
		case a.DurationSeconds > durationSeconds:
			a.Fail(hook, "returned an invalid response: duration_seconds must be at most %d, the requested duration, got %d; a hook may only shorten it", durationSeconds, a.DurationSeconds)
		}
	}
}
