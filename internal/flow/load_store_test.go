package flow_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A store that can't be kept is refused, with the place of the mistake.
func TestStoreMistakes(t *testing.T) {
	for store, want := range map[string]string{
		"{person: [count], flow: ['bookings/*']}": "",
		"{person: [Count]}":                       "flows[0].store.person[0]: must be a name of at most 63 lower-case letters, digits and underscores, or a name and /*, got \"Count\"",
		"{flow: ['*']}":                           "flows[0].store.flow[0]: must be a name",
		"{flow: [a, a]}":                          "flows[0].store.flow[1]: \"a\" appears twice",
		"{flow: []}":                              "flows[0].store.flow: must name at least one value",
		"{}":                                      "flows[0].store: must have person or flow",
		"{team: [a]}":                             "flows[0].store.team: unknown key; known: flow, person",
		"[a]":                                     "flows[0].store: must be a mapping",
	} {
		file, err := flow.Parse("f", []byte("flows: [{name: a, admins: [root@example.com], store: "+store+"}]"))
		switch {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", store, err, want)
		case want == "":
			block, err := file.Flows[0].ForRun("hooks")
			if err != nil || block.Store == nil || block.Store.Person[0] != "count" || block.Store.Flow[0] != "bookings/*" {
				t.Errorf("a run keeps %+v (%v)", block.Store, err)
			}
		}
	}
	_, err := flow.Parse("f", []byte("flows: [{name: a, admins: [root@example.com], hooks: none, store: {person: [a]}}]"))
	if err == nil || !strings.Contains(err.Error(), "none, but store names what hooks keep") {
		t.Errorf("without hooks: %v", err)
	}
}
