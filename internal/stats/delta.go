// Package stats counts what becomes of a flow's requests. One write of a run adds a
// [Delta] to the counters of the flow's day, once, whatever is retried: the run keeps what
// its last write counts. [Totals] add up days, and say what they mean.
//
// It is pure: no table, no clock.
package stats

import (
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Delta is what one write of a run adds to the counters of its flow. Counters are flat,
// so that a table can add to them without reading them.
type Delta struct {
	Flow string
	// At is when it happened; it counts on that day, in UTC.
	At time.Time
	// Add is added to counters, by name.
	Add map[string]int64
	// First is kept where a counter has a value already, and Last replaces it. Both are
	// in Unix milliseconds.
	First, Last map[string]int64
	// Text replaces texts.
	Text map[string]string
}

// Empty reports that nothing counts, as with most writes.
func (d Delta) Empty() bool { return len(d.Add) == 0 }

// The counters. Those that end with a colon have a name after it.
const (
	// outcomes is followed by the outcome and the decider.
	outcomes = "n:"
	// byCode and byPeople are the buckets of the time to a decision, followed by the
	// bound in seconds.
	byCode, byPeople = "c:", "p:"
	held             = "held"
	// shadow is followed by what on_request would have decided and what people decided;
	// shadowNone counts where it would have left it to people, and shadowFailed where it
	// failed.
	shadow, shadowNone, shadowFailed = "s:", "s:none", "s:fail"
	// failures is followed by a hook, and so is lastFailure, a text: when, and at which
	// run.
	failures, lastFailure = "f:", "fl:"
	// Versions are counted, with when each was seen first and last.
	hooksVersion, hooksFirst, hooksLast = "h:", "h1:", "h2:"
	flowVersion, flowFirst, flowLast    = "v:", "v1:", "v2:"
)

// First is the counter of the first time that anything was counted on a day.
const First = "first"

// Of returns what the write of a run counts: before is the run as it was read, after as
// it is written.
func Of(before, after *run.Run) Delta {
	entries := after.History[len(before.History):]
	if len(entries) == 0 {
		return Delta{}
	}
	d := Delta{Flow: after.Flow.Name, At: entries[len(entries)-1].At}
	if after.Decision != nil && before.Decision == nil {
		d.At = after.Decision.At
		d.decided(after)
	}
	for _, hook := range failed(before, after) {
		d.add(failures + string(hook))
		if d.Text == nil {
			d.Text = map[string]string{}
		}
		d.Text[lastFailure+string(hook)] = failureAt(d.At, after.ID)
	}
	if !d.Empty() {
		d.first(First)
	}
	return d
}

// decided counts a decision.
func (d *Delta) decided(r *run.Run) {
	by := deciderOf(r.Decision)
	d.add(outcomes + string(outcomeOf[r.Decision.Event]) + ":" + string(by))
	took := r.Decision.At.Sub(r.CreatedAt)
	switch by {
	case api.DeciderCode:
		d.add(byCode + bucketOf(took))
	case api.DeciderPeople:
		d.add(byPeople + bucketOf(took))
		if v := r.Shadow; v != nil {
			d.add(compared(*v, r.Decision.Event))
		}
	}
	if _, is := run.HeldByLimit(r.History); is {
		d.add(held)
	}
	if version := r.History[0].FlowVersion; version != "" {
		d.seen(version, flowVersion, flowFirst, flowLast)
	}
	counted := map[string]bool{"": true}
	for _, e := range r.History {
		if version := e.HooksVersion; !counted[version] {
			counted[version] = true
			d.seen(version, hooksVersion, hooksFirst, hooksLast)
		}
	}
}

func (d *Delta) add(counter string) {
	if d.Add == nil {
		d.Add = map[string]int64{}
	}
	d.Add[counter]++
}

func (d *Delta) first(counter string) {
	if d.First == nil {
		d.First = map[string]int64{}
	}
	d.First[counter] = d.At.UnixMilli()
}

func (d *Delta) seen(version, count, first, last string) {
	d.add(count + version)
	d.first(first + version)
	if d.Last == nil {
		d.Last = map[string]int64{}
	}
	d.Last[last+version] = d.At.UnixMilli()
}

// outcomeOf is the outcome that an event decides.
var outcomeOf = map[run.EventName]run.Status{
	run.Approve: run.Approved, run.Deny: run.Denied, run.Expire: run.Expired, run.Cancel: run.Canceled,
}

// deciderOf returns who decided. Where the requester cancels or breaks the glass, or the request expires,
// nobody did.
func deciderOf(d *run.Decision) api.Decider {
	switch {
	case d.Event == run.Cancel || d.Event == run.Expire || d.By == run.BreakGlassActor:
		return api.DeciderNobody
	case d.By.Type == run.HookActor:
		return api.DeciderCode
	}
	return api.DeciderPeople
}

// compared is the counter of a verdict in shadow mode, by what people decided.
func compared(v run.Verdict, people run.EventName) string {
	switch {
	case v.Error != "":
		return shadowFailed
	case v.Event == "":
		return shadowNone
	}
	return shadow + string(v.Event) + ":" + string(people)
}

// failed returns the hooks whose failures the write puts on record, each once.
func failed(before, after *run.Run) []run.HookName {
	var hooks []run.HookName
	add := func(hook run.HookName) {
		if run.KnownHook(string(hook)) && !slices.Contains(hooks, hook) {
			hooks = append(hooks, hook)
		}
	}
	// What on_request said in shadow mode is kept from those who decide until they have.
	shown := func(e run.Entry) bool { return FailedHook(e.Error) == run.OnRequest }
	if v := after.Shadow; v != nil && v.Error != "" && after.Decision != nil && before.Decision == nil && !slices.ContainsFunc(after.History, shown) {
		add(run.OnRequest)
	}
	if after.Review != nil {
		known := 0
		if before.Review != nil {
			known = len(before.Review.Errors)
		}
		for _, e := range after.Review.Errors[min(known, len(after.Review.Errors)):] {
			// A guard's failure is in the history already, where the reducers were called
			// between it and the review.
			recorded := func(entry run.Entry) bool { return entry.Error == e.Error }
			if !slices.ContainsFunc(before.History, recorded) {
				add(run.HookName(e.Hook))
			}
		}
	}
	for _, e := range after.History[len(before.History):] {
		add(FailedHook(e.Error))
	}
	return hooks
}

// FailedHook returns the hook that an error of the history names first, "" if none.
func FailedHook(text string) run.HookName {
	name, _, _ := strings.Cut(text, " ")
	if name = strings.TrimSuffix(name, ":"); run.KnownHook(name) {
		return run.HookName(name)
	}
	return ""
}

const failureForm = "2006-01-02T15:04:05.000Z"

// failureAt sorts by time.
func failureAt(at time.Time, id string) string { return at.UTC().Format(failureForm) + "#" + id }

func readFailure(text string) (at time.Time, id string) {
	stamp, id, _ := strings.Cut(text, "#")
	at, _ = time.Parse(failureForm, stamp)
	return at, id
}
