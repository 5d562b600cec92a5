package digest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// TestAnySingleChangeIsFound makes a record of any runs over some days, whose
// digests are made as the days pass, checks that nothing is wrong with it, and
// then changes one thing, as one who can write whatever is stored and seal any
// chain, but can't sign.
func TestAnySingleChangeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &record{runs: map[string][]run.Entry{}, chunks: map[digest.Day][]string{}}
		const days = 4
		times := map[string][]time.Time{}
		for n := range rapid.IntRange(1, 4).Draw(t, "runs") {
			at := first.Add(time.Duration(rapid.IntRange(0, days*24-12).Draw(t, "asked")) * time.Hour)
			times[id(n)] = []time.Time{at}
			for range rapid.IntRange(0, 3).Draw(t, "more") {
				at = at.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "pass")) * time.Hour)
				times[id(n)] = append(times[id(n)], at)
			}
		}
		// grow shows the runs as they are at a time.
		grow := func(now time.Time) {
			for id, all := range times {
				until := slices.IndexFunc(all, func(at time.Time) bool { return at.After(now) })
				if until < 0 {
					until = len(all)
				}
				if until > 0 {
					r.runs[id] = live(t, id, "asked", all[:until]...)
				}
			}
		}
		now := first
		for n := range days {
			now = digest.DayOf(first).End().AddDate(0, 0, n).Add(30 * time.Minute)
			if n == days-1 || rapid.Bool().Draw(t, "signs") {
				grow(now)
				r.sign(t, now)
			}
		}
		now = now.Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "later")) * time.Hour)
		grow(now)
		if wrong := r.verify(now); len(wrong) > 0 {
			t.Fatalf("nothing was touched, but %q", wrong)
		}
		what := r.tamper(t, times)
		if wrong := r.verify(now); len(wrong) == 0 {
			t.Fatalf("%s was not found", what)
		}
	})
}

// tamper changes one thing that the digests cover.
func (r *record) tamper(t *rapid.T, times map[string][]time.Time) string {
	end := r.documents[len(r.documents)-1].Day.End()
	// What is sealed anew must have been signed: nothing can be said of what
	// happened after the last digest.
	covered := func(e run.Entry) bool { return e.At.Before(end) }
	var ids []string
	for id, history := range r.runs {
		if slices.ContainsFunc(history, covered) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	kinds := []string{"remove a digest", "change a document", "change chunks", "add a run"}
	if len(ids) > 0 {
		kinds = append(kinds, "edit an entry", "seal anew", "remove a run", "cut a run", "add an entry")
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	id := ""
	if len(ids) > 0 {
		id = rapid.SampledFrom(ids).Draw(t, "run")
	}
	document := rapid.IntRange(0, len(r.documents)-1).Draw(t, "document")
	switch kind {
	case "remove a digest":
		r.documents = slices.Delete(r.documents, document, document+1)
		if len(r.documents) == 0 {
			r.documents = []digest.Stored{{Day: "2026-11-01"}} // all of them: the command reports that none exist
		}
	case "change a document", "change chunks":
		if kind == "change a document" {
			r.documents[document].Document = flip(t, r.documents[document].Document)
			break
		}
		day := r.documents[document].Day
		if len(r.chunks[day]) == 0 {
			r.chunks[day] = []string{"x"}
		} else {
			r.chunks[day][0] = string(flip(t, []byte(r.chunks[day][0])))
		}
	case "edit an entry":
		history := slices.Clone(r.runs[id])
		e := &history[rapid.IntRange(0, len(history)-1).Draw(t, "entry")]
		rapid.SampledFrom([]func(){
			func() { e.Reason += "x" }, func() { e.At = e.At.Add(time.Millisecond) }, func() { e.Actor.ID = "eve" },
			func() { e.Seq++ }, func() { e.Hash = "00" + e.Hash[2:] + "0" }, func() { e.Channel = run.ViaSlack }, func() { e.Checks = []run.Check{{Name: "x"}} },
		}).Draw(t, "edit")()
		r.runs[id] = history
	case "seal anew":
		history := r.runs[id]
		r.runs[id] = live(t, id, "another reason", times[id][:len(history)]...)
	case "remove a run":
		delete(r.runs, id)
	case "cut a run":
		// The last entry that was signed goes, and those after it.
		last := slices.IndexFunc(r.runs[id], covered)
		for n, e := range r.runs[id] {
			if covered(e) {
				last = n
			}
		}
		if r.runs[id] = r.runs[id][:last]; last == 0 {
			delete(r.runs, id)
		}
	case "add an entry":
		// At the end of the last day that was signed; what came later goes.
		var all []time.Time
		for _, e := range r.runs[id] {
			if e.At.Before(end) {
				all = append(all, e.At)
			}
		}
		if len(all) == 4 {
			all = all[:3] // it has all that there are
		} else {
			all = append(all, end.Add(-time.Millisecond))
		}
		r.runs[id] = live(t, id, "asked", all...)
	case "add a run":
		r.runs["new"] = live(t, "new", "x", end.Add(-time.Hour))
	}
	return fmt.Sprintf("%s (%s, %d)", kind, id, document)
}

// flip changes one byte to another letter or digit.
func flip(t *rapid.T, text []byte) []byte {
	out := slices.Clone(text)
	i := rapid.IntRange(0, len(out)-1).Draw(t, "at")
	out[i] = rapid.SampledFrom([]byte("abcdefXYZ0123456789")).Filter(func(c byte) bool { return c != text[i] }).Draw(t, "byte")
	return out
}
