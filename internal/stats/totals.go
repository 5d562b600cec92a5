package stats

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Totals add up the counters of days. The zero value has counted nothing.
type Totals struct {
	numbers map[string]int64
	texts   map[string]string
}

// AddNumber adds a counter as it is stored.
func (t *Totals) AddNumber(counter string, n int64) {
	if t.numbers == nil {
		t.numbers = map[string]int64{}
	}
	before, there := t.numbers[counter]
	switch {
	case there && keepsFirst(counter):
		n = min(n, before)
	case there && keepsLast(counter):
		n = max(n, before)
	case there:
		n += before
	}
	t.numbers[counter] = n
}

// AddText adds a text as it is stored.
func (t *Totals) AddText(name, text string) {
	if t.texts == nil {
		t.texts = map[string]string{}
	}
	t.texts[name] = max(t.texts[name], text)
}

// Add adds what one write counted.
func (t *Totals) Add(d Delta) {
	for _, numbers := range []map[string]int64{d.Add, d.First, d.Last} {
		for counter, n := range numbers {
			t.AddNumber(counter, n)
		}
	}
	for name, text := range d.Text {
		t.AddText(name, text)
	}
}

func keepsFirst(counter string) bool {
	return counter == First || strings.HasPrefix(counter, hooksFirst) || strings.HasPrefix(counter, flowFirst)
}

func keepsLast(counter string) bool {
	return strings.HasPrefix(counter, hooksLast) || strings.HasPrefix(counter, flowLast)
}

// First returns when anything was counted first, the zero time if nothing was.
func (t *Totals) First() time.Time { return t.at(First) }

func (t *Totals) at(counter string) time.Time {
	ms, there := t.numbers[counter]
	if !there {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (t *Totals) count(counter string) int { return int(t.numbers[counter]) }

// named returns the names after a prefix of counters.
func (t *Totals) named(prefix string) []string {
	var names []string
	for counter := range t.numbers {
		if name, is := strings.CutPrefix(counter, prefix); is {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Stats returns what the counters say. The rest of the response is left open: what is
// now, and who may read what of a failure.
func (t *Totals) Stats() api.Stats {
	s := api.Stats{Outcomes: []api.OutcomeCount{}, FailingHooks: t.failing()}
	code, people := 0, 0
	for _, name := range t.named(outcomes) {
		outcome, by, _ := strings.Cut(name, ":")
		n := t.count(outcomes + name)
		s.Outcomes = append(s.Outcomes, api.OutcomeCount{Outcome: api.Status(outcome), By: api.Decider(by), Count: n})
		s.Decided += n
		switch api.Decider(by) {
		case api.DeciderCode:
			code += n
		case api.DeciderPeople:
			people += n
		}
	}
	slices.SortStableFunc(s.Outcomes, func(a, b api.OutcomeCount) int { return cmp.Compare(b.Count, a.Count) })
	if code+people > 0 {
		share := float64(code) / float64(code+people)
		s.CodeShare = &share
	}
	s.Times = t.times()
	s.Shadow = t.shadow()
	s.Limits.Held = t.count(held)
	s.HooksVersions = t.versions(hooksVersion, hooksFirst, hooksLast)
	s.FlowVersions = t.versions(flowVersion, flowFirst, flowLast)
	return s
}

func (t *Totals) times() api.DecisionTimes {
	d := api.DecisionTimes{Histogram: make([]api.TimeBucket, 0, len(bounds)+1)}
	all, people := make([]int, len(bounds)+1), make([]int, len(bounds)+1)
	for i := range len(bounds) + 1 {
		b, name := api.TimeBucket{}, beyond
		if i < len(bounds) {
			b.UpTo, name = bounds[i], nameOf(bounds[i])
		}
		b.Code, b.People = t.count(byCode+name), t.count(byPeople+name)
		all[i], people[i] = b.Code+b.People, b.People
		d.Histogram = append(d.Histogram, b)
	}
	d.All, d.People = spread(all), spread(people)
	return d
}

// shadow returns nil where nothing was compared.
func (t *Totals) shadow() *api.ShadowStats {
	s := &api.ShadowStats{LeftToPeople: t.count(shadowNone), Failed: t.count(shadowFailed), Differences: []api.ShadowDifference{}}
	for _, name := range t.named(shadow) {
		hook, people, compared := strings.Cut(name, ":")
		if !compared {
			continue
		}
		n := t.count(shadow + name)
		s.Compared += n
		if hook == people {
			s.Agreed += n
			continue
		}
		s.Differences = append(s.Differences, api.ShadowDifference{Hook: run.EventName(hook), People: run.EventName(people), Count: n})
	}
	if s.Compared+s.LeftToPeople+s.Failed == 0 {
		return nil
	}
	return s
}

func (t *Totals) failing() []api.FailingHook {
	hooks := []api.FailingHook{}
	for _, hook := range t.named(failures) {
		f := api.FailingHook{Hook: hook, Count: t.count(failures + hook)}
		f.LastAt, f.LastRequest = readFailure(t.texts[lastFailure+hook])
		hooks = append(hooks, f)
	}
	slices.SortStableFunc(hooks, func(a, b api.FailingHook) int { return b.LastAt.Compare(a.LastAt) })
	return hooks
}

func (t *Totals) versions(count, first, last string) []api.VersionSeen {
	seen := []api.VersionSeen{}
	for _, version := range t.named(count) {
		seen = append(seen, api.VersionSeen{Version: version, FirstSeen: t.at(first + version), LastSeen: t.at(last + version), Count: t.count(count + version)})
	}
	slices.SortStableFunc(seen, func(a, b api.VersionSeen) int { return a.FirstSeen.Compare(b.FirstSeen) })
	return seen
}
