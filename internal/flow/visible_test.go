package flow_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const visibleDirectory = "\ndirectory: {groups: {x: [ada@example.com, eve@example.com], y: [eve@example.com], e: []}, people: [{email: ada@example.com, identities: ['arn:aws:iam::123456789012:user/ada']}]}"

// A flow that nobody who may request it sees is a mistake; one that some don't see is a
// warning.
func TestVisible(t *testing.T) {
	const ci = "'arn:aws:iam::123456789012:role/ci'"
	for name, tc := range map[string]struct {
		requesters, visible string
		mistake, warning    string
	}{
		"some":                         {"[everyone]", "[group:x]", "", ""},
		"a group in another":           {"[group:y]", "[group:x]", "", ""},
		"one of a group":               {"[group:x]", "[ada@example.com]", "", ""},
		"by an identity":               {"['arn:aws:iam::123456789012:user/ada']", "[ada@example.com]", "", ""},
		"what tokens say":              {"[group:t]", "[group:x]", "", ""},
		"to everyone":                  {"[group:x]", "[everyone]", "", ""},
		"a machine, named":             {"[" + ci + "]", "[" + ci + "]", "", ""},
		"to nobody":                    {"[everyone]", "[]", "must name at least one", ""},
		"to others":                    {"[ada@example.com]", "[group:y]", "nobody who may request the flow sees it: the requesters are ada@example.com", ""},
		"to an empty group":            {"[everyone]", "[group:e]", "nobody who may request", ""},
		"a machine is not everyone":    {"[" + ci + "]", "[everyone]", "nobody who may request", ""},
		"a machine alone":              {"[everyone]", "[" + ci + "]", "nobody who may request", ""},
		"one of two":                   {"[ada@example.com, eve@example.com]", "[group:y]", "", "ada@example.com may request the flow, and does not see it"},
		"no principal":                 {"[everyone]", "[admins]", "visible_to", ""},
		"a machine beside a group":     {"[group:x, " + ci + "]", "[group:x]", "", "may request the flow, and does not see it"},
		"a group that tokens may fill": {"[ada@example.com]", "[group:t]", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := flow.Parse("f", []byte("flows: [{name: a, admins: [root@example.com], requesters: "+tc.requesters+", visible_to: "+tc.visible+"}]"+visibleDirectory))
			switch {
			case tc.mistake == "" && err != nil:
				t.Fatal(err)
			case tc.mistake != "":
				if err == nil || !strings.Contains(err.Error(), tc.mistake) || !strings.Contains(err.Error(), "flows[0].visible_to") {
					t.Errorf("got %v, want %q", err, tc.mistake)
				}
				return
			}
			var said []string
			for _, w := range file.Warnings {
				if strings.Contains(w.Path, "visible_to") && !strings.Contains(w.Detail, "no group") {
					said = append(said, w.Detail)
				}
			}
			if got := strings.Join(said, "\n"); tc.warning == "" && got != "" || !strings.Contains(got, tc.warning) {
				t.Errorf("warns %q, want %q", got, tc.warning)
			}
		})
	}
}

// visible_to never lets anybody request what requesters does not let them.
func TestVisibleNarrows(t *testing.T) {
	people := []run.Person{
		{ID: "ada@example.com", Email: "ada@example.com", Groups: []string{"x"}}, {ID: "eve@example.com", Email: "eve@example.com", Groups: []string{"x", "y"}},
		{ID: "kim@example.com", Email: "kim@example.com"}, {ID: "arn:aws:iam::123456789012:role/ci", Machine: true}, {},
	}
	principals := []string{"everyone", "group:x", "group:y", "ada@example.com", "kim@example.com", "arn:aws:iam::123456789012:role/ci"}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfDistinct(rapid.SampledFrom(principals), rapid.ID[string])
		open := flow.Flow{Requesters: some.Draw(t, "requesters")}
		hidden := open
		hidden.VisibleTo = some.Draw(t, "visible_to")
		only := flow.Flow{Requesters: hidden.VisibleTo}
		for _, p := range people {
			if got, want := hidden.MayAsk(p), open.MayAsk(p) && only.MayAsk(p); got != want {
				t.Fatalf("%s: got %t, want %t", p.ID, got, want)
			}
		}
	})
}
