package flow

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// BreakGlass is who gets access at once in an emergency, for how long, and who is
// notified of it. Somebody else reviews it afterwards.
type BreakGlass struct {
	// Who are those of the requesters who may. A machine must be named.
	Who []string `json:",omitempty"`
	// MaxDurationSeconds is the longest access; 0 in a flow without a strategy.
	MaxDurationSeconds int `json:",omitempty"`
	// ReviewWithinSeconds is how long after the end somebody must have reviewed it.
	ReviewWithinSeconds int `json:",omitempty"`
	// Notify are destinations, as those of the review's notify list.
	Notify []string `json:",omitempty"`
	// MaxPerPersonPerDay is how often one person may within 24 hours.
	MaxPerPersonPerDay int `json:",omitempty"`
	// None is set for a target for which nobody may.
	None bool `json:",omitempty"`
}

// The defaults and bounds of break_glass.
const (
	defaultReviewWithin = 24 * 3600
	minReviewWithin     = 60
	maxReviewWithin     = 30 * 24 * 3600
	defaultGlassPerDay  = 3
	maxGlassPerDay      = 100
	maxGlassNotify      = 20
)

// GlassFor returns the rule for a target, "" for a request without one; nil if nobody may
// break the glass.
func (f *Flow) GlassFor(target string) *BreakGlass {
	b := f.BreakGlass
	if own, there := f.TargetGlass[target]; there && target != "" {
		b = &own
	}
	if b == nil || b.None {
		return nil
	}
	return b
}

// MayBreakGlass reports whether p may break the glass by a rule, which may be nil.
func (b *BreakGlass) MayBreakGlass(p run.Person) bool {
	return b != nil && !b.None && names(b.Who, p)
}

// HasBreakGlass reports whether anybody may break the glass for any target.
func (f *Flow) HasBreakGlass() bool {
	if f.GlassFor("") != nil {
		return true
	}
	for id := range f.TargetGlass {
		if f.GlassFor(id) != nil {
			return true
		}
	}
	return false
}

// ShownGlass returns what p may do by the rule, nil for nothing.
func (b *BreakGlass) ShownGlass(p run.Person) *api.BreakGlassRule {
	if !b.MayBreakGlass(p) {
		return nil
	}
	return &api.BreakGlassRule{MaxDurationSeconds: b.MaxDurationSeconds, ReviewWithinSeconds: b.ReviewWithinSeconds, MaxPerPersonPerDay: b.MaxPerPersonPerDay}
}

// ForRun is what a run keeps of the rule.
func (b *BreakGlass) ForRun() *run.BreakGlass {
	return &run.BreakGlass{ReviewWithinSeconds: b.ReviewWithinSeconds, Notify: b.Notify}
}

// GlassDuration returns how long access in an emergency is: the chosen duration of the
// flow, or without a choice the first that is not too long. wrong says why that can't be.
func (f *Flow) GlassDuration(b *BreakGlass, chosen *int, checked int) (seconds int, wrong string) {
	switch {
	case f.Strategy == nil || checked <= b.MaxDurationSeconds:
		return checked, ""
	case chosen != nil:
		return 0, fmt.Sprintf("must be at most %d in an emergency (break_glass.max_duration of the flow)", b.MaxDurationSeconds)
	}
	i := slices.IndexFunc(f.DurationsSeconds, func(d int) bool { return d <= b.MaxDurationSeconds })
	return f.DurationsSeconds[max(i, 0)], ""
}

// breakGlass reads the rule of a flow; of a target also "none".
func (r *reader) breakGlass(n *yaml.Node, path string, target bool) BreakGlass {
	b := BreakGlass{ReviewWithinSeconds: defaultReviewWithin, MaxPerPersonPerDay: defaultGlassPerDay}
	if target && isNone(n) {
		return BreakGlass{None: true}
	}
	perDay := int64(defaultGlassPerDay)
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"who":           r.principals(&b.Who, false),
		"max_duration":  r.duration(&b.MaxDurationSeconds, 1, maxDurationSeconds),
		"review_within": r.duration(&b.ReviewWithinSeconds, minReviewWithin, maxReviewWithin),
		"notify": func(n *yaml.Node, at string) {
			r.strings(&b.Notify, func(s string) error {
				if s == "" {
					return fmt.Errorf("must name who is notified")
				}
				return nil
			})(n, at)
			r.undelivered(n, at)
		},
		"max_per_person_per_day": r.int(&perDay, 1, maxGlassPerDay),
	})
	b.MaxPerPersonPerDay = int(perDay)
	if n.Kind != yaml.MappingNode {
		return b
	}
	for _, name := range []string{"who", "notify"} {
		if seen[name] == nil {
			r.fail(n, join(path, name), "it is missing; %s", map[string]string{
				"who":    "it names who gets access at once in an emergency",
				"notify": "it names who is notified of each emergency",
			}[name])
		} else if at := resolve(seen[name]); at.Kind == yaml.SequenceNode && len(at.Content) == 0 {
			r.fail(seen[name], join(path, name), "must name at least one")
		}
	}
	if len(b.Notify) > maxGlassNotify {
		r.fail(seen["notify"], join(path, "notify"), "must be at most %d, got %d", maxGlassNotify, len(b.Notify))
	}
	r.glasses = append(r.glasses, glassAt{n, seen["max_duration"], path, b})
	return b
}

// flowGlass reads the rule of a flow.
func (r *reader) flowGlass(n *yaml.Node, path string, f *Flow) {
	b := r.breakGlass(n, path, false)
	f.BreakGlass = &b
}

// glassAt is a rule and its place in the file.
type glassAt struct {
	node, duration *yaml.Node
	path           string
	rule           BreakGlass
}

// glassAsAWhole checks the rules of a flow against its strategy and durations.
func (r *reader) glassAsAWhole(f *Flow, hasStrategy, broken bool) {
	for _, g := range r.glasses {
		at := join(g.path, "max_duration")
		switch {
		case !hasStrategy && g.duration != nil:
			r.fail(g.duration, at, "only a flow with a strategy grants access for a time")
		case hasStrategy && g.duration == nil:
			r.fail(g.node, at, "it is missing; it says how long access in an emergency is at most")
		case hasStrategy && !broken && g.rule.MaxDurationSeconds > 0 && !slices.ContainsFunc(f.DurationsSeconds, func(d int) bool { return d <= g.rule.MaxDurationSeconds }):
			r.fail(g.duration, at, "must be at least the shortest of the flow's durations, %s", fields.FormatDuration(slices.Min(f.DurationsSeconds)))
		}
	}
	r.glasses = nil
}

// glassSentences says who may break the glass, as people read it.
func (f *Flow) glassSentences() (all []string) {
	say := func(b *BreakGlass, of string) {
		access := "access at once"
		if b.MaxDurationSeconds > 0 {
			access += ", for at most " + spoken(b.MaxDurationSeconds)
		}
		all = append(all, fmt.Sprintf("In an emergency %s get %s%s: up to %s of one person within %s. %s are notified, and somebody else must review it within %s.",
			people(b.Who), access, of, count(b.MaxPerPersonPerDay, "time"), spoken(24*3600), capital(people(b.Notify)), spoken(b.ReviewWithinSeconds)))
	}
	if b := f.GlassFor(""); b != nil {
		say(b, "")
	}
	for _, t := range f.Targets {
		if _, own := f.TargetGlass[t.ID]; !own {
			continue
		}
		if b := f.GlassFor(t.ID); b != nil {
			say(b, " to "+t.Label)
		} else {
			all = append(all, "Nobody gets access to "+t.Label+" at once in an emergency.")
		}
	}
	return all
}

// glassWindow is the time in which emergencies count.
const glassWindow = 24 * time.Hour

// TakeGlass returns the usage with one more emergency of that id; one that it holds
// already is not counted again. others is the usage of the requester's other logins,
// which counts as well. The error is a [Spent].
func (u Usage) TakeGlass(id string, most int, others []Usage, now time.Time) (Usage, error) {
	from := now.Add(-glassWindow).UnixMilli()
	broken := map[string]int64{}
	for _, u := range append(slices.Clone(others), u) {
		for id, at := range u.Broken {
			if at > from {
				broken[id] = at
			}
		}
	}
	if _, there := broken[id]; there {
		return u, nil
	}
	if len(broken) >= most {
		first := slices.Sorted(maps.Values(broken))[len(broken)-most]
		return u, Spent{time.UnixMilli(first).Add(glassWindow).Sub(now), fmt.Sprintf(
			"You have broken the glass of this flow %s within 24 hours, which is as often as one person may.", text.Count(len(broken), "time"))}
	}
	next := u
	next.Broken = map[string]int64{id: now.UnixMilli()}
	for id, at := range u.Broken {
		if at > from {
			next.Broken[id] = at
		}
	}
	return next, nil
}
