package request_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// put stores a request as if it had come so far.
func (s *service) put(t testing.TB, id, flow, who, reason string, change func(*run.Run)) string {
	t.Helper()
	r, err := run.New(run.Draft{
		ID: run.HashID(id), Requester: run.Person{ID: who, Email: who}, Channel: run.ViaAPI, Reason: reason,
		Flow: run.Flow{Name: flow, Admins: []string{"root@example.com"}, Review: run.ReviewRule{
			Approvers: []string{"grace@example.com"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
		}},
	}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	if err := s.store.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func (s *service) list(t *testing.T, query map[string]string) (list api.RequestList, ids []string) {
	t.Helper()
	got := s.call(t, "GET /requests", "", query)
	described(t, "GET /requests", got)
	if err := json.Unmarshal([]byte(got.Body), &list); err != nil || got.StatusCode != 200 {
		t.Fatalf("%v: %d %s", query, got.StatusCode, got.Body)
	}
	for _, r := range list.Requests {
		ids = append(ids, r.ID)
	}
	return list, ids
}

// live returns a change that opens access until a time.
func live(ends time.Time) func(*run.Run) {
	return func(r *run.Run) {
		r.Status, r.Engine.Next = run.Active, run.NextActive
		r.Access = &run.Access{StartsAt: r.CreatedAt, EndsAt: ends}
	}
}

// decided has somebody decide a request, for the approvals of others too.
func decidedBy(event run.EventName, by run.Actor, others ...string) func(*run.Run) {
	return func(r *run.Run) {
		r.Status = map[run.EventName]run.Status{run.Approve: run.Approved, run.Deny: run.Denied, run.Expire: run.Expired}[event]
		r.Engine.Next = map[run.EventName]run.Next{run.Approve: run.NextApproved, run.Deny: run.NextDenied, run.Expire: run.NextExpired}[event]
		r.Decision = &run.Decision{Event: event, By: by, At: r.CreatedAt}
		r.Review = &run.Review{ReviewRule: r.Flow.Review}
		for _, who := range others {
			r.Review.ApprovedBy = append(r.Review.ApprovedBy, run.Approval{Person: run.Person{ID: who, Email: who}})
		}
	}
}

func TestDecidedBy(t *testing.T) {
	s := open(t, "root@example.com")
	person := func(who string) run.Actor { return run.Actor{Type: run.UserActor, ID: who, Email: who} }
	code := s.put(t, "code", "open", "ada@example.com", "", decidedBy(run.Approve, run.Actor{Type: run.HookActor, ID: "on_request"}))
	denied := s.put(t, "denied", "open", "ada@example.com", "", decidedBy(run.Deny, person("grace@example.com")))
	both := s.put(t, "both", "open", "ada@example.com", "", decidedBy(run.Approve, person("margaret@example.com"), "grace@example.com", "margaret@example.com"))
	overruled := s.put(t, "overruled", "open", "ada@example.com", "", decidedBy(run.Deny, person("margaret@example.com"), "grace@example.com"))
	s.put(t, "expired", "open", "ada@example.com", "", decidedBy(run.Expire, run.Actor{Type: run.EngineActor}))
	s.put(t, "undecided", "open", "ada@example.com", "", nil)
	for who, want := range map[string][]string{
		"code": {code}, "on_request": nil, "grace@example.com": {denied, both}, "GRACE@example.com": {denied, both},
		"margaret@example.com": {both, overruled}, "katherine@example.com": nil,
	} {
		_, got := s.list(t, map[string]string{"view": "all", "decided_by": who})
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("decided by %s: got %v, want %v", who, got, want)
		}
	}
}

// A text is found in what people read of a request, within the flow and the month; the
// page says how far it looked, and how to look further.
func TestTextOfRequests(t *testing.T) {
	s := open(t, "root@example.com")
	s.now = time.Date(2026, 10, 20, 10, 0, 0, 0, time.UTC)
	october := s.put(t, "october", "open", "ada@example.com", "the invoice run", nil)
	s.now = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	november := s.put(t, "november", "open", "ada@example.com", "The INVOICE again", nil)
	s.put(t, "elsewhere", "other", "ada@example.com", "an invoice", nil)
	s.put(t, "no", "open", "ada@example.com", "something else", nil)
	s.now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

	list, got := s.list(t, map[string]string{"view": "flow", "flow": "open", "q": "invoice"})
	if !slices.Equal(got, []string{november}) || list.Looked == nil || list.Looked.Requests != 2 || !list.Looked.BackTo.Equal(month) || list.NextCursor != "" {
		t.Errorf("this month: got %v, looked %+v, next %q", got, list.Looked, list.NextCursor)
	}
	_, got = s.list(t, map[string]string{"view": "flow", "flow": "open", "q": "invoice", "to": list.Looked.BackTo.Format(time.RFC3339)})
	if !slices.Equal(got, []string{october}) {
		t.Errorf("the month before: got %v", got)
	}
	for query, want := range map[string][]string{strings.ToLower(november[10:20]): {november}, "Open": nil, "nothing": nil} {
		_, got := s.list(t, map[string]string{"view": "all", "flow": "open", "q": query})
		if query == "Open" { // the title of all
			want = got
		}
		if !slices.Equal(got, want) || query == "Open" && len(got) != 2 {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
	// A page looks at no more than 500 requests, and goes on where it stopped.
	for n := range 700 {
		s.now = s.now.Add(time.Second)
		s.put(t, fmt.Sprint("more ", n), "other", "ada@example.com", fmt.Sprintf("ticket %d.", n), nil)
	}
	query := map[string]string{"view": "flow", "flow": "other", "q": "ticket 7."}
	list, got = s.list(t, query)
	if len(got) > 0 || list.Looked.Requests != 500 || list.NextCursor == "" || list.Looked.BackTo.Before(month) {
		t.Errorf("the first page: %d requests, looked %+v, next %q", len(got), list.Looked, list.NextCursor)
	}
	query["cursor"] = list.NextCursor
	if list, got = s.list(t, query); len(got) != 1 || list.Looked.Requests != 201 || list.NextCursor != "" {
		t.Errorf("the second page: %d requests, looked %+v, next %q", len(got), list.Looked, list.NextCursor)
	}
}

// Live access is the caller's own, and everybody's of the flows that they may list, what
// ends soonest first.
func TestLiveAccess(t *testing.T) {
	s := open(t, "root@example.com")
	late := s.put(t, "late", "open", "ada@example.com", "", live(s.now.Add(3*time.Hour)))
	s.now = s.now.Add(time.Minute)
	soon := s.put(t, "soon", "other", "grace@example.com", "", live(s.now.Add(time.Hour)))
	s.put(t, "none", "open", "ada@example.com", "", nil)
	for who, want := range map[string][]string{
		"root@example.com": {soon, late}, "ada@example.com": {late}, "grace@example.com": {soon}, "katherine@example.com": nil,
	} {
		as := s.as(run.Person{ID: who, Email: who})
		for _, query := range []map[string]string{{"view": "live"}, {"view": "live", "sort": "ends_at"}, {"view": "live", "sort": "created"}} {
			// Here, what ends last was requested first: both orders are the same.
			if _, got := as.list(t, query); !slices.Equal(got, want) {
				t.Errorf("%v of %s: got %v, want %v", query, who, got, want)
			}
		}
	}
	page, _ := s.list(t, map[string]string{"view": "live", "limit": "1"})
	if _, got := s.list(t, map[string]string{"view": "live", "limit": "1", "cursor": page.NextCursor}); !slices.Equal(got, []string{late}) {
		t.Errorf("the second page: got %v", got)
	}
}

// Where requests of an older release may not be in the lists, the response says so; not
// where nothing was requested before this release, or everything was indexed.
func TestMissingFromLists(t *testing.T) {
	says := func(s *service, view string) bool {
		t.Helper()
		s.now = s.now.Add(2 * time.Minute) // what is known is read again
		list, _ := s.list(t, map[string]string{"view": view})
		if missing := list.Missing != ""; missing != strings.Contains(list.Missing, "fasttrack reindex") {
			t.Errorf("view=%s says %q", view, list.Missing)
		}
		return list.Missing != ""
	}
	fresh := open(t, "root@example.com")
	if says(fresh, "live") || says(fresh, "all") {
		t.Error("an empty table lacks something")
	}
	fresh.call(t, "POST /requests", `{"flow":"open"}`, nil)
	if fresh = fresh.as(run.Person{ID: "ada@example.com"}); says(fresh, "live") || says(fresh, "all") {
		t.Error("a table that this release has written alone lacks something")
	}

	old := open(t, "root@example.com")
	old.put(t, "old", "open", "ada@example.com", "", live(old.now.Add(time.Hour)))
	old.call(t, "POST /requests", `{"flow":"open"}`, nil)
	if !says(old, "live") || !says(old, "all") || says(old, "mine") {
		t.Error("a table of an older release: live and all must say that they may lack something, others must not")
	}
	if err := old.store.MarkListed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if says(old, "live") || says(old, "all") {
		t.Error("a table that was indexed lacks something")
	}
}
