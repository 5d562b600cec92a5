package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Each entry is an event once, however often it is read; a request that has not changed
// is read once.
func TestEvents(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	var entries, gets atomic.Int32
	entries.Store(2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var history []string
		for seq := 1; seq <= int(entries.Load()); seq++ {
			// The first happened before the time that is looked at.
			at := now.Add(time.Duration(seq-1)*time.Minute - 65*time.Minute + 5*time.Minute*time.Duration(min(seq-1, 1)))
			history = append(history, fmt.Sprintf(`{"seq":%d,"event":"approve","at":%q,"actor":{"type":"user","email":"grace@example.com"},"reason":"go\nahead"}`, seq, at.Format(time.RFC3339)))
		}
		request := fmt.Sprintf(`{"id":"01JD0000000000000000000000","flow":"f","status":"approved","updated_at":%q,"fields":{}`, now.Add(time.Duration(entries.Load())*time.Second).Format(time.RFC3339))
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/requests") {
			if r.URL.Query().Get("view") != "all" {
				t.Errorf("listed %s", r.URL)
			}
			fmt.Fprintf(w, `{"runs":[%s}]}`, request)
			return
		}
		gets.Add(1)
		fmt.Fprintf(w, `%s,"you":{},"history":[%s]}`, request, strings.Join(history, ","))
	}))
	defer server.Close()
	code, out, messages := inProcess(t, server.URL, "events", "--json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var first struct {
		ID, Type string
		Run      map[string]any
		Entry    struct{ Seq int }
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || code != 0 || len(lines) != 1 {
		t.Fatalf("exit %d (%v): %s%s", code, err, out, messages)
	}
	if first.ID != "01JD0000000000000000000000-2" || first.Type != "fasttrack.run.approve" || first.Entry.Seq != 2 || first.Run["history"] != nil || first.Run["you"] != nil {
		t.Errorf("got %s", lines[0])
	}
	if _, out, _ := inProcess(t, server.URL, "events"); !strings.HasSuffix(out, "  01JD0000000000000000000000  f  approve  grace@example.com: go ⏎ ahead\n") || strings.Count(out, "\n") != 1 {
		t.Errorf("for people: %q", out)
	}

	e := events{caller: caller{process: process(t, map[string]string{}), url: server.URL, as: "ada@example.com"}, within: "7d", since: now.Add(-time.Hour), shown: map[string]int{}, updated: map[string]time.Time{}}
	gets.Store(0)
	for n, want := range []int{1, 0, 2, 0} {
		if n == 2 {
			entries.Store(4)
		}
		found, err := e.read(t.Context())
		if err != nil || len(found) != want {
			t.Errorf("reading %d: %d events (%v), want %d", n, len(found), err, want)
		}
	}
	if gets.Load() != 2 {
		t.Errorf("the request was read %d times, want 2", gets.Load())
	}
}
