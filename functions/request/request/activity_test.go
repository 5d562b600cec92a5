package request_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// file reads /activity.csv: its lines after that of names, and where the next one starts.
func (s *service) file(t *testing.T, query map[string]string) (rows [][]string, next string) {
	t.Helper()
	got := s.call(t, "GET /activity.csv", "", query)
	described(t, "GET /activity.csv", got)
	if got.StatusCode != 200 || !strings.HasPrefix(got.Headers["content-type"], "text/csv; charset=utf-8") ||
		!strings.HasPrefix(got.Headers["content-disposition"], `attachment; filename="fasttrack-`) {
		t.Fatalf("%d %v %.300s", got.StatusCode, got.Headers, got.Body)
	}
	if !strings.HasSuffix(got.Body, "\r\n") {
		t.Error("the last line does not end as RFC 4180 has it")
	}
	encoded, err := json.Marshal(got)
	if err != nil || len(encoded) > 6<<20 {
		t.Errorf("the response has %d bytes, more than Lambda sends (%v)", len(encoded), err)
	}
	rows, err = csv.NewReader(strings.NewReader(got.Body)).ReadAll() // every line has as many cells
	if err != nil || len(rows) == 0 || rows[0][0] != "id" {
		t.Fatalf("%v: %.300s", err, got.Body)
	}
	return rows[1:], got.Headers["fasttrack-next-cursor"]
}

// The file has the requests of the list with the same query, in the same order.
func TestActivityIsTheList(t *testing.T) {
	s := open(t, "root@example.com")
	for n := range 130 { // more than a page
		s.now = s.now.Add(7 * time.Hour)
		s.put(t, fmt.Sprint(n), []string{"open", "other"}[n%2], []string{"ada@example.com", "grace@example.com"}[n%3%2], fmt.Sprintf("ticket %d", n), func(r *run.Run) {
			if n%10 == 0 {
				live(s.now.Add(time.Duration(200-n) * time.Hour))(r)
			}
		})
	}
	for _, who := range []string{"root@example.com", "ada@example.com", "katherine@example.com"} {
		as := s.as(run.Person{ID: who, Email: who})
		for _, query := range []map[string]string{
			{"view": "all"}, {"view": "all", "flow": "other", "status": "active"}, {"view": "all", "requester": "ada@example.com"},
			{"view": "live"}, {"view": "mine"}, {"view": "reviewed"}, {"view": "inbox"},
		} {
			rows, next := as.file(t, query)
			var got, want []string
			for _, row := range rows {
				got = append(got, row[0])
			}
			query["limit"] = "100"
			for {
				list, ids := as.list(t, query)
				want = append(want, ids...)
				if query["cursor"] = list.NextCursor; list.NextCursor == "" {
					break
				}
			}
			if !slices.Equal(got, want) || next != "" {
				t.Errorf("%v of %s: the file has %d requests and goes on at %q, the list has %d", query, who, len(got), next, len(want))
			}
		}
	}
	for field, query := range map[string]map[string]string{"limit": {"limit": "10"}, "flow": {"view": "flow"}, "sort": {"sort": "ends_at"}, "cursor": {"cursor": "x"}} {
		if got := s.call(t, "GET /activity.csv", "", query); got.StatusCode != 400 || !strings.Contains(got.Body, `"field":"`+field+`"`) {
			t.Errorf("%v: %d %s", query, got.StatusCode, got.Body)
		}
	}
}

// No cell is a formula, and quotes and line ends stay inside of cells.
func TestActivityCells(t *testing.T) {
	s := open(t, "root@example.com")
	hostile := []string{"=HYPERLINK(\"http://evil\")", "+1", "-1", "@SUM(A1)", "\t=1", "a,b", `say "hi"`, "two\nlines", "＝1"}
	for i, reason := range hostile {
		s.now = s.now.Add(time.Second)
		s.put(t, fmt.Sprint(i), "open", "ada@example.com", reason, nil)
	}
	rows, _ := s.file(t, map[string]string{"view": "all"})
	slices.Reverse(rows)
	for i, row := range rows {
		cell := row[8]
		if i < 5 || i == 8 {
			if !strings.HasPrefix(cell, "'") {
				t.Errorf("%q becomes %q, which a spreadsheet may run", hostile[i], cell)
			}
		} else if cell != hostile[i] {
			t.Errorf("%q becomes %q", hostile[i], cell)
		}
	}
}

// many is a table with a long list.
type many struct {
	*table
	runs []run.Summary
}

func (m *many) Flow(_ context.Context, _ string, q store.Query, _ time.Time, _ func(run.Summary) bool) (page store.Page, err error) {
	first := 0
	if q.After != "" {
		first = 1 + slices.IndexFunc(m.runs, func(r run.Summary) bool { return store.PositionIn(r, false) == q.After })
	}
	page.Runs = m.runs[first:min(first+q.Limit, len(m.runs))]
	if n := first + len(page.Runs); n < len(m.runs) {
		page.Next = store.PositionIn(m.runs[n-1], false)
	}
	return page, nil
}

// A file stays within what Lambda sends, says in its last line that it is not all, and the
// next one goes on there: by number of requests and by size.
func TestActivityIsBounded(t *testing.T) {
	for name, tc := range map[string]struct {
		n, most int
		reason  string
	}{
		"rows": {5003, 5000, "short"},
		// Quotes take up four times their size in Lambda's response, and < six times.
		"bytes": {600, 599, strings.Repeat("\"<", 1000)},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "root@example.com")
			long, want := &many{table: newTable()}, map[string]bool{}
			for n := range tc.n {
				r, err := run.New(run.Draft{ID: run.HashID(fmt.Sprint(n)), Reason: tc.reason, Requester: run.Person{ID: "ada@example.com"}, Flow: run.Flow{Name: "open"}}, s.now.Add(-time.Duration(n)*time.Second))
				if err != nil {
					t.Fatal(err)
				}
				long.runs = append(long.runs, r.Summary())
				want[r.ID] = true
			}
			s.API = request.New(request.Deps{Flows: s.flows, Identify: caller{run.Person{ID: "root@example.com"}}, Store: long, Executions: long, Log: slog.New(slog.DiscardHandler)})
			query := map[string]string{"view": "flow", "flow": "open"}
			for files := 1; ; files++ {
				rows, next := s.file(t, query)
				if next != "" {
					last := rows[len(rows)-1]
					if rows = rows[:len(rows)-1]; last[0] != "More requests follow" || !strings.Contains(last[1], fmt.Sprintf("after %d requests", len(rows))) {
						t.Fatalf("the last line is %q", last)
					}
				}
				if len(rows) > tc.most {
					t.Fatalf("a file of %d requests", len(rows))
				}
				for _, row := range rows {
					if !want[row[0]] {
						t.Fatalf("%s is there twice", row[0])
					}
					delete(want, row[0])
				}
				if next == "" {
					if len(want) > 0 || files < 2 {
						t.Errorf("after %d files %d requests are missing", files, len(want))
					}
					return
				}
				query["cursor"] = next
			}
		})
	}
}

func TestActivityHasNoBodyForHead(t *testing.T) {
	s := open(t, "root@example.com")
	got := s.call(t, "HEAD /activity.csv", "", nil)
	if got.StatusCode != 200 || got.Body != "" || !strings.HasPrefix(got.Headers["content-type"], "text/csv") {
		t.Errorf("%d %v %q", got.StatusCode, got.Headers, got.Body)
	}
}
