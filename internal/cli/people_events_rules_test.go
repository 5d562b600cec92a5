package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What becomes of an approved change of rules is an event once, though it changes nothing of
// the request; until then the request is read again, and after it no more.
func TestEventsOfRules(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	var read, gets atomic.Int32
	states := []string{
		`{"base":1,"state":"approved","changes":[],"findings":[]}`,
		`{"base":1,"state":"approved","changes":[],"findings":[]}`,
		`{"base":1,"state":"pushed","version":2,"at":%q,"changes":[],"findings":[]}`,
		`{"base":1,"state":"pushed","version":2,"at":%q,"changes":[],"findings":[]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := fmt.Sprintf(`{"id":"01JD0000000000000000000000","flow":"rule-change","status":"approved","updated_at":%q,"fields":{},"decision":{"at":%[1]q}`, now.Format(time.RFC3339))
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/requests") {
			fmt.Fprintf(w, `{"runs":[%s}]}`, request)
			return
		}
		gets.Add(1)
		state := states[read.Load()]
		if strings.Contains(state, "%q") {
			state = fmt.Sprintf(state, now.Format(time.RFC3339))
		}
		fmt.Fprintf(w, `%s,"rule_change":%s,"history":[]}`, request, state)
	}))
	defer server.Close()
	e := events{caller: caller{process: process(t, map[string]string{}), url: server.URL, as: "ada@example.com"}, within: "7d", since: now.Add(-time.Hour), shown: map[string]int{}, failing: map[string]string{}, updated: map[string]time.Time{}, rules: map[string]bool{}}
	var printed strings.Builder
	for n, want := range []string{"", "", "01JD0000000000000000000000-rules", ""} {
		read.Store(int32(n)) // #nosec G115 -- below 4
		found, err := e.read(t.Context())
		if got := len(found); err != nil || got > 1 || (got == 1) != (want != "") {
			t.Fatalf("reading %d: %+v (%v), want %q", n, found, err, want)
		}
		for _, one := range found {
			if one.ID != want || one.Type != "fasttrack.rules.applied" || one.Rules.Version != 2 || one.Request.RuleChange != nil || one.Request.ID == "" {
				t.Errorf("reading %d: got %+v", n, one)
			}
			if err := e.print(&printed, one); err != nil {
				t.Error(err)
			}
		}
	}
	if want := now.Format(time.RFC3339) + "  01JD0000000000000000000000  rule-change  rules.applied  as version 2\n"; printed.String() != want || gets.Load() != 3 {
		t.Errorf("printed %q, want %q; read %d times, want 3", printed.String(), want, gets.Load())
	}
}
