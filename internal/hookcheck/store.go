package hookcheck

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// keptBefore is the case whose store has what on_request has put.
const keptBefore = "on_request, with what it has put"

// keeps reports whether hooks of the flow may keep values.
func (f Flow) keeps() bool { return f.declared != nil && f.declared.Store != nil }

// after returns the cases that follow an on_request which puts values: it is called once
// more, with a store that has them.
func (f Flow) after(c testCase, puts []run.Put) []testCase {
	kept, err := run.Shelves{}.After(puts, "kept", c.ask.Event.At)
	if err != nil {
		return nil
	}
	again := testCase{name: keptBefore, ask: f.sample(run.OnRequest), hook: run.OnRequest, kept: kept}
	again.ask.Run.Store = hookapi.NewStore(f.declared.Store, kept, again.ask.Event.At)
	return []testCase{again}
}

// judgePuts checks what a hook keeps as the engine does: against what flows.yaml declares,
// against what the event had, and the limits of a store.
func (r *Result) judgePuts(f Flow, c testCase, puts []run.Put) {
	if c.without {
		r.forgive()
	}
	if len(puts) == 0 {
		return
	}
	if !f.keeps() {
		r.mistake("%s returned an invalid response: puts: the flow has no store in flows.yaml", c.hook)
		return
	}
	if err := f.declared.Store.CheckPuts(puts); err != nil {
		r.mistake("%s returned an invalid response: puts: %v", c.hook, err)
		return
	}
	for _, p := range puts {
		if name := string(p.Scope) + "/" + f.declared.Store.NameOf(p.Scope, p.Key); !slices.Contains(r.Kept, name) {
			r.Kept = append(r.Kept, name)
		}
	}
	at := c.ask.Event.At
	if c.without {
		if slices.ContainsFunc(puts, func(p run.Put) bool { return p.IfVersion != nil }) {
			r.mistake("it puts a value on the condition of a version, without the store that has it: an absent store is not an empty one")
		}
		return
	}
	if broken := c.kept.Broken(puts, at); broken != "" {
		r.mistake("%s is put on the condition of a version that the event did not have: the hook would be called again, and then fail", broken)
	} else if _, err := c.kept.After(puts, "next", at); err != nil {
		r.mistake("%s failed: puts: %v", c.hook, err)
	}
}

// forgive makes a note of what a hook fails for that lacks its store.
func (r *Result) forgive() {
	r.Mistakes = slices.DeleteFunc(r.Mistakes, func(mistake string) bool {
		if !reportedFailure.MatchString(mistake) {
			return false
		}
		r.note("without its store, as it may: %s", mistake)
		return true
	})
}
