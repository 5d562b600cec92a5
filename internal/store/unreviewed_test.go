package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// emergency stores a run of ada's whose glass was broken, as edit leaves it.
func emergency(t *testing.T, s *store.Store, name, flow string, edit func(*run.Run)) *run.Run {
	t.Helper()
	r, err := run.New(run.Draft{
		ID: run.HashID("emergency", name), Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, Channel: run.ViaAPI, Reason: name, DurationSeconds: 3600,
		Flow: run.Flow{Name: flow, Strategy: []byte(`{"type":"lambda"}`), Admins: []string{"root@example.com"}, Review: run.ReviewRule{Approvers: []string{"group:sre"}}}, BreakGlass: &run.BreakGlass{ReviewWithinSeconds: 3600},
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	r.Decision = &run.Decision{Event: run.Approve, By: run.BreakGlassActor, At: start}
	edit(r)
	if err := s.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// active leaves access open until a time, due a review that must be there by then.
func active(ends time.Time) func(*run.Run) {
	return func(r *run.Run) {
		r.Status, r.Engine.Next, r.Access = run.Active, run.NextActive, &run.Access{StartsAt: start, EndsAt: ends}
	}
}

func due(by time.Time) func(*run.Run) {
	return func(r *run.Run) {
		active(start)(r)
		r.Status, r.Engine.Next, r.Access.GoneAt, r.BreakGlass.ReviewBy = run.Ended, run.NextReview, start, by
	}
}

func reasons(t *testing.T, page store.Page, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range page.Runs {
		all = append(all, r.View.Reason)
	}
	return strings.Join(all, " ")
}

// An emergency is listed from the grant on until it is reviewed, for who may read it; who
// may review it finds it once its access has ended. It is overdue from its time on.
func TestUnreviewed(t *testing.T) {
	s := open(t)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	emergency(t, s, "open", "f", active(at(2*time.Hour)))
	emergency(t, s, "later", "f", due(at(3*time.Hour)))
	emergency(t, s, "first", "g", due(at(time.Hour)))
	emergency(t, s, "elsewhere", "h", active(at(time.Hour)))
	emergency(t, s, "done", "f", func(r *run.Run) {
		due(at(time.Hour))(r)
		r.BreakGlass.Reviewed, r.Engine.Next = 1, run.NextEnded
	})
	emergency(t, s, "no emergency", "f", func(r *run.Run) {
		active(at(time.Hour))(r)
		r.BreakGlass = nil
	})
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com"}
	root := run.Person{ID: "root@example.com", Email: "root@example.com"}
	eve := run.Person{ID: "eve@example.com", Email: "eve@example.com"}
	for name, tc := range map[string]struct {
		who        run.Person
		open       []string
		q          store.Query
		lists      string
		reviewable string
	}{
		"an admin":                {root, []string{"f", "g"}, store.Query{Limit: 10}, "first open later", "first later"},
		"the requester":           {ada, []string{"f", "g", "h"}, store.Query{Limit: 10}, "elsewhere first open later", ""},
		"somebody else":           {eve, []string{"f", "g"}, store.Query{Limit: 10}, "", ""},
		"without open ones":       {root, nil, store.Query{Limit: 10}, "first later", "first later"},
		"of another time":         {root, []string{"f", "g"}, store.Query{Limit: 10, To: start}, "", ""},
		"of the time of creation": {root, []string{"f", "g"}, store.Query{Limit: 10, From: start, To: at(time.Second)}, "first open later", "first later"},
	} {
		page, err := s.Unreviewed(t.Context(), tc.who, present, tc.open, tc.q)
		if got := reasons(t, page, err); got != tc.lists {
			t.Errorf("%s lists %q, want %q", name, got, tc.lists)
		}
		page, err = s.Reviewable(t.Context(), tc.who, present, tc.q)
		if got := reasons(t, page, err); got != tc.reviewable {
			t.Errorf("%s may review %q, want %q", name, got, tc.reviewable)
		}
	}
	var pages []string
	for q := (store.Query{Limit: 1}); ; {
		page, err := s.Unreviewed(t.Context(), root, present, []string{"f", "g"}, q)
		if got := reasons(t, page, err); got != "" {
			pages = append(pages, got)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if got := fmt.Sprint(pages); got != "[first open later]" {
		t.Errorf("the pages are %s", got)
	}
	for after, want := range map[time.Duration]int{time.Hour - time.Second: 0, time.Hour + time.Second: 1, 150 * time.Minute: 1, 4 * time.Hour: 2} {
		if n, err := s.Overdue(t.Context(), at(after)); n != want || err != nil {
			t.Errorf("after %s %d are overdue, want %d (%v)", after, n, want, err)
		}
	}
}
