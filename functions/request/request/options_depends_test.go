package request_test

import (
	"strings"
	"testing"
)

// A hook gets the values that the field depends on, as it gets them of a request, and no
// others: these make no other list.
func TestOptionsOfOtherFields(t *testing.T) {
	s := newService(t)
	asked := func(calls int, fields string, query ...string) {
		t.Helper()
		got := s.search(t, "depends/service", query...)
		if got.StatusCode != 200 || len(s.heard) != calls {
			t.Fatalf("%d %s, and %d were asked, want %d", got.StatusCode, got.Body, len(s.heard), calls)
		}
		if last := s.heard[calls-1]; !strings.HasSuffix(last, `"fields":`+fields+`}}`) {
			t.Errorf("asked %s\nwant the fields %s", last, fields)
		}
	}
	asked(1, `{"team":"billing"}`)
	asked(1, `{"team":"billing"}`, "fields", `{}`)
	asked(1, `{"team":"billing"}`, "fields", `{"team":null,"target":null}`)
	asked(2, `{"target":{"id":"prod","label":"Production","settings":{"tier":1}},"team":"search"}`, "fields", `{"team":"search","target":"prod"}`)
	asked(2, `{"target":{"id":"prod","label":"Production","settings":{"tier":1}},"team":"search"}`, "fields", `{"target":"prod","note":"x","team":"search","service":"s"}`)
}

// A value that the API would refuse in a request is refused here too, and no hook is called.
func TestOptionsOfWrongFields(t *testing.T) {
	s := newService(t)
	for fields, want := range map[string]string{
		`{"team":"law"}`:                 `"field":"fields.team","detail":"must be one of billing, search"`,
		`{"note":"x"}`:                   `"field":"fields.note","detail":"shown only when team is search"`,
		`{"pin":"4711"}`:                 `"field":"fields.pin","detail":"it is sensitive; no options depend on it"`,
		`{"target":{"id":"prod"}}`:       `"field":"fields.target","detail":"must be the id of a target"`,
		`{"nope":1}`:                     `"field":"fields.nope","detail":"the flow has no such field"`,
		`{"team":"search","team":"x"}`:   `"field":"fields","detail":`,
		`["team"]`:                       `"field":"fields","detail":"must be a JSON object"`,
		`null`:                           `"field":"fields","detail":"must be a JSON object"`,
		``:                               `"field":"fields","detail":`,
		`{"team":"\ud800"}`:              `"field":"fields","detail":"must not contain half of a surrogate pair`,
		"{\"team\":\"\xff\"}":            `"field":"fields","detail":"must be UTF-8"`,
		strings.Repeat(" ", 4096) + "{}": `"field":"fields","detail":"must have at most 4096 bytes, got 4098"`,
	} {
		if got := s.search(t, "depends/service", "fields", fields); got.StatusCode != 400 || !strings.Contains(got.Body, want) {
			t.Errorf("%.60q: %d %s\nwant %s", fields, got.StatusCode, got.Body, want)
		} else if strings.Contains(got.Body, "4711") {
			t.Errorf("the response shows a sensitive value: %s", got.Body)
		}
	}
	if len(s.heard) > 0 {
		t.Errorf("a hook was called: %v", s.heard)
	}
}
