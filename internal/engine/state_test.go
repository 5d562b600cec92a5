package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// notVouchedFor are the members that can be edited unseen: what docs/audit.md says
// that the history does not vouch for.
var notVouchedFor = []string{
	"schema", "updated_at", "steps", "engine", "review.checks", "review.errors", "review.expiring", "access.failures", "access.error",
	"access.retry_at", "access.tries", "access.failed_at", "access.warned",
}

// Every member of a stored run, however deep, is either vouched for by the history
// or listed above.
func TestEachMemberIsVouchedFor(t *testing.T) {
	for name, r := range everything(t) {
		body, err := run.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := json.Unmarshal(body, &tree); err != nil {
			t.Fatal(err)
		}
		if err := verifies(r.ID, tree, r.HasContext); err != nil {
			t.Fatalf("%s: untouched: %v", name, err)
		}
		edits := 0
		each("", tree, func(path string, restore func()) {
			defer restore()
			edits++
			err := verifies(r.ID, tree, r.HasContext)
			listed := slices.ContainsFunc(notVouchedFor, func(p string) bool {
				return path == p || strings.HasPrefix(path, p+".") || strings.HasPrefix(path, p+"[")
			})
			switch {
			case err == nil && !listed:
				t.Errorf("%s: %s was edited unseen", name, path)
			case err != nil && listed && !strings.HasPrefix(err.Error(), "read: "):
				t.Errorf("%s: %s is listed as not vouched for: %v", name, path, err)
			}
		})
		t.Logf("%s: %d edits", name, edits)
	}
}

// verifies reads and verifies a run as the table would hold it.
func verifies(id string, tree map[string]any, hasContext bool) error {
	body, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	r := &run.Run{}
	if err := json.Unmarshal(body, r); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	var context json.RawMessage
	if hasContext {
		context = json.RawMessage(sent)
	}
	return r.VerifyRecord(id, context)
}

// each calls f with each value of a tree edited, by its path.
func each(path string, in any, f func(path string, restore func())) {
	edit := func(at string, value any, set func(any)) {
		switch v := value.(type) {
		case map[string]any, []any:
			each(at, v, f)
			return
		case string:
			if strings.HasPrefix(v, "2026-") {
				set("2026-11-23T13:13:13.013Z")
			} else {
				set(v + "x")
			}
		case float64:
			set(v + 1)
		case bool:
			set(!v)
		}
		f(at, func() { set(value) })
	}
	switch in := in.(type) {
	case map[string]any:
		for name, value := range in {
			edit(strings.TrimPrefix(path+"."+name, "."), value, func(v any) { in[name] = v })
		}
	case []any:
		for i, value := range in {
			edit(fmt.Sprintf("%s[%d]", path, i), value, func(v any) { in[i] = v })
		}
	}
}

// everything returns runs that between them have every kind of member.
func everything(t *testing.T) map[string]*run.Run {
	two := sampleFlow()
	two.Review.Approvals = []run.Requirement{{Count: 2}}
	half := newMachine(t, two)
	half.answer(run.OnRequest, `{"subscriptions":[],"output":{"a":1},"checks":[{"name":"on call","passed":true}]}`)
	half.act(run.Approve, grace, "fine")

	active := access(t, "")
	active.granted()

	ended := access(t, "")
	ended.granted()
	ended.now = ended.run.Access.EndsAt
	ended.step(engine.Step{})
	ended.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: ended.now, How: "Its absence was read back."}})
	ended.is(run.Ended, run.NextEnded)

	return map[string]*run.Run{"approved for less": approvedForLess(t).run, "half approved": half.run, "active": active.run, "ended": ended.run}
}

// What is edited of access, approvals, admins and groups is found, as people would
// edit it.
func TestPlantedEdits(t *testing.T) {
	all := everything(t)
	for name, tc := range map[string]struct {
		of   string
		edit func(r *run.Run)
	}{
		"access for longer":       {"active", func(r *run.Run) { r.Access.EndsAt = r.Access.EndsAt.Add(1e12) }},
		"access began later":      {"active", func(r *run.Run) { r.Access.StartsAt = r.Access.StartsAt.Add(1e12) }},
		"access was gone earlier": {"ended", func(r *run.Run) { r.Access.GoneAt = r.Access.GoneAt.Add(-1e12) }},
		"another approver":        {"half approved", func(r *run.Run) { r.Review.ApprovedBy[0].Person = eve }},
		"one approver more": {"half approved", func(r *run.Run) {
			r.Review.ApprovedBy = append(r.Review.ApprovedBy, run.Approval{Person: eve, Act: "x"})
		}},
		"another admin":                  {"half approved", func(r *run.Run) { r.Flow.Admins = []string{"eve@example.com"} }},
		"a threshold of one":             {"half approved", func(r *run.Run) { r.Review.Approvals = []run.Requirement{{Count: 1}} }},
		"the requester in another group": {"half approved", func(r *run.Run) { r.Requester.Groups = []string{"sre"} }},
		"another principal":              {"half approved", func(r *run.Run) { r.Requester.Principal = "https://issuer|eve" }},
	} {
		t.Run(name, func(t *testing.T) {
			r := stored(t, all[tc.of])
			tc.edit(r)
			if err := r.VerifyRecord(r.ID, nil); err == nil {
				t.Error("it was not found")
			}
		})
	}
}
