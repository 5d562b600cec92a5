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

	e := events{caller: caller{process: process(t, map[string]string{}), url: server.URL, as: "ada@example.com"}, within: "7d", since: now.Add(-time.Hour), shown: map[string]int{}, failing: map[string]string{}, updated: map[string]time.Time{}}
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

// Access that fails is an event as on the bus, once for each time that it begins; a failure
// that has no event there has none here.
func TestEventsOfFailingAccess(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	var read atomic.Int32
	failures := []string{
		`"last_error":{"at":%q,"where":"grant","text":"AWS is away"}`,
		`"last_error":{"at":%q,"where":"grant","text":"AWS is away","event_id":"01JD0000000000000000000000-failing-3"}`,
		`"last_error":{"at":%q,"where":"grant","text":"AWS is still away","event_id":"01JD0000000000000000000000-failing-3"}`,
		`"title":%q`,
		`"last_error":{"at":%q,"where":"take_back","text":"a\nb","event_id":"01JD0000000000000000000000-failing-9"}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(read.Load())
		request := fmt.Sprintf(`{"id":"01JD0000000000000000000000","flow":"f","status":"approved","updated_at":%q,"fields":{},`+failures[n], now.Add(time.Duration(n)*time.Second).Format(time.RFC3339), now.Format(time.RFC3339))
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/requests") {
			fmt.Fprintf(w, `{"runs":[%s}]}`, request)
			return
		}
		fmt.Fprintf(w, `%s,"history":[]}`, request)
	}))
	defer server.Close()
	e := events{caller: caller{process: process(t, map[string]string{}), url: server.URL, as: "ada@example.com"}, within: "7d", since: now.Add(-time.Hour), shown: map[string]int{}, failing: map[string]string{}, updated: map[string]time.Time{}}
	var printed strings.Builder
	for n, want := range []string{"", "01JD0000000000000000000000-failing-3", "", "", "01JD0000000000000000000000-failing-9"} {
		read.Store(int32(n)) // #nosec G115 -- below 5
		found, err := e.read(t.Context())
		if got := len(found); err != nil || got > 1 || (got == 1) != (want != "") {
			t.Fatalf("reading %d: %+v (%v), want %q", n, found, err, want)
		}
		for _, one := range found {
			if one.ID != want || one.Type != "fasttrack.access.failing" || !one.Time.Equal(now) {
				t.Errorf("reading %d: got %s of %s", n, one.ID, one.Type)
			}
			if err := e.print(&printed, one); err != nil {
				t.Error(err)
			}
		}
	}
	at := now.Format(time.RFC3339)
	want := at + "  01JD0000000000000000000000  f  failing  granting access fails: AWS is away\n" + at + "  01JD0000000000000000000000  f  failing  ending access fails: a ⏎ b\n"
	if got := printed.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
