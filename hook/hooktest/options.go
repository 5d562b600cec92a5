package hooktest

import (
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// Hook sets the hook that is called, such as "on_approve", and the event that it is about.
func Hook(name string) Option {
	return func(d map[string]any) {
		d["hook"] = name
		_, event, _ := strings.Cut(name, "_")
		switch {
		case strings.HasPrefix(name, "get_"):
			event = "request"
		case name == "while_active":
			event = "escalate"
		}
		within(d, "event")["name"] = event
	}
}

// ByUser has a person cause the event.
func ByUser(email string, groups ...string) Option {
	return func(d map[string]any) { within(d, "event")["actor"] = person(email, groups) }
}

// ByHook has a hook cause the event.
func ByHook(name string) Option {
	return func(d map[string]any) {
		event := within(d, "event")
		event["channel"] = "hook"
		event["actor"] = map[string]any{"type": "hook", "id": name}
	}
}

// Reason sets the reason of the event.
func Reason(reason string) Option {
	return func(d map[string]any) { within(d, "event")["reason"] = reason }
}

// Requester sets who filed the request; who caused the event stays.
func Requester(email string, groups ...string) Option {
	return func(d map[string]any) {
		within(d, "run")["requester"] = person(email, groups)
		within(d, "run", "actors")["request"] = person(email, nil)
	}
}

// For sets whom the requester requests for.
func For(email string, groups ...string) Option {
	return func(d map[string]any) { within(d, "run")["for"] = person(email, groups) }
}

// Extends has the request extend the access of another.
func Extends(x hook.Extends) Option {
	return func(d map[string]any) {
		within(d, "run")["extends"] = map[string]any{
			"id": x.ID, "number": x.Number, "started_at": x.StartedAt, "ends_at": x.EndsAt, "total_seconds": int(x.Total.Seconds()),
		}
	}
}

// ExtendedBy names the request that has taken the access over.
func ExtendedBy(id string) Option {
	return func(d map[string]any) { within(d, "run")["extended_by"] = id }
}

// Machine makes the requester a machine, such as CI's role by its ARN.
func Machine(id string) Option {
	return func(d map[string]any) {
		within(d, "run")["requester"] = map[string]any{"id": id, "machine": true}
		within(d, "run", "actors")["request"] = map[string]any{"type": "user", "id": id}
	}
}

// Actor sets who caused an earlier event, such as "approve".
func Actor(event, email string) Option {
	return func(d map[string]any) { within(d, "run", "actors")[event] = person(email, nil) }
}

// Why sets the requester's reason.
func Why(reason string) Option {
	return func(d map[string]any) { within(d, "run")["reason"] = reason }
}

// Duration sets how long access is requested for, in whole seconds.
func Duration(of time.Duration) Option {
	return func(d map[string]any) { within(d, "run")["duration_seconds"] = int(of.Seconds()) }
}

// UntilRevoked has access be requested until it is revoked. [Duration] sets how often it is
// confirmed.
func UntilRevoked() Option {
	return func(d map[string]any) { within(d, "run")["until_revoked"] = true }
}

// ScheduledStart sets when access is to start, as the requester chose it.
func ScheduledStart(at time.Time) Option {
	return func(d map[string]any) { within(d, "run")["starts_at"] = at.UTC().Format(time.RFC3339) }
}

// Source sets where the request came from. In the channel "slack" it is verified.
func Source(channel, place string) Option {
	return func(d map[string]any) {
		within(d, "run")["source"] = map[string]any{"channel": channel, "place": place, "verified": channel == "slack"}
	}
}

// Status sets the status of the run, such as "pending".
func Status(status string) Option {
	return func(d map[string]any) { within(d, "run")["status"] = status }
}

// Flow names the flow.
func Flow(name string) Option {
	return func(d map[string]any) { within(d, "run", "flow")["name"] = name }
}

// Var sets a var of the flow.
func Var(name string, value any) Option {
	return func(d map[string]any) { within(d, "run", "flow", "vars")[name] = value }
}

// Field sets a field of the request.
func Field(name string, value any) Option {
	return func(d map[string]any) { within(d, "run", "fields")[name] = value }
}

// Target sets a field that is a target.
func Target(name, id, label string, settings map[string]any) Option {
	target := map[string]any{"id": id, "label": label}
	if settings != nil {
		target["settings"] = settings
	}
	return Field(name, target)
}

// Withheld names sensitive fields that have a value.
func Withheld(names ...string) Option {
	return func(d map[string]any) { within(d, "run")["sensitive"] = names }
}

// Context sets the context that the requester sent. Without it the context is absent.
func Context(value any) Option {
	return func(d map[string]any) { within(d, "run")["context"] = value }
}

// Recent sets the counts of the requester's earlier requests. Without it the flow has no
// recent: in flows.yaml.
func Recent(r hook.Recent) Option {
	return func(d map[string]any) {
		within(d, "run")["recent"] = map[string]any{
			"window_seconds": int(r.Window.Seconds()), "requested": r.Requested, "approved": r.Approved, "denied": r.Denied, "escalated": r.Escalated,
			"same_target": map[string]any{"approved": r.SameTarget.Approved, "denied": r.SameTarget.Denied},
		}
	}
}

// RecentOf sets a count of the requester's earlier requests, as hook.Event.RecentOf reads
// it; may be repeated. The flow then counts within that window, of that flow and target.
func RecentOf(window time.Duration, flow, target string, n hook.Counts) Option {
	return func(d map[string]any) {
		run := within(d, "run")
		counted, there := run["recent_counts"].(map[string]any)
		if !there {
			counted = map[string]any{"windows": []int{}, "flows": []string{}, "targets": []string{}, "counts": []any{}}
			run["recent_counts"] = counted
		}
		if flow == "" {
			flow = within(run, "flow")["name"].(string)
		}
		seconds := int(window.Seconds())
		if windows := counted["windows"].([]int); !slices.Contains(windows, seconds) {
			counted["windows"] = append(windows, seconds)
		}
		if flows := counted["flows"].([]string); !slices.Contains(flows, flow) {
			counted["flows"] = append(flows, flow)
		}
		count := map[string]any{
			"window_seconds": seconds, "flow": flow, "requested": n.Requested, "approved": n.Approved, "denied": n.Denied, "escalated": n.Escalated,
		}
		if target != "" {
			count["target"] = target
			if targets := counted["targets"].([]string); !slices.Contains(targets, target) {
				counted["targets"] = append(targets, target)
			}
		}
		counted["counts"] = append(counted["counts"].([]any), count)
	}
}

// Step sets the output of an earlier hook.
func Step(hookName string, output any) Option {
	return func(d map[string]any) { within(d, "run", "steps")[hookName] = output }
}

// StrategyOutput sets the output of the strategy that granted the access, which a hook
// reads by e.Step("escalate").
func StrategyOutput(output any) Option {
	return func(d map[string]any) { within(d, "run")["strategy_output"] = output }
}

// DeclareFields has the flow declare fields, as flows.yaml does. A hook that
// reads any other panics.
func DeclareFields(names ...string) Option { return declare("fields", names) }

// DeclareVars has the flow declare vars, as flows.yaml does. A hook that reads
// any other panics.
func DeclareVars(names ...string) Option { return declare("vars_declared", names) }

func declare(member string, names []string) Option {
	if names == nil {
		names = []string{}
	}
	return func(d map[string]any) {
		flow, there := d["flow"].(map[string]any)
		if !there {
			flow = map[string]any{"name": within(d, "run", "flow")["name"], "fields": []string{}, "vars_declared": []string{}}
			d["flow"] = flow
		}
		flow[member] = names
	}
}

// Trial makes the event a trial; see hook.Event.Trial.
func Trial() Option {
	return func(d map[string]any) { d["trial"] = true }
}
