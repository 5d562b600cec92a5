package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// counting is a table whose counts are what the test says.
type counting struct {
	*table
	inbox, live, pending             int
	moreInbox, morePending           bool
	failInbox, failPending, failLive error
}

func (c *counting) Inbox(_ context.Context, _ []string, _ run.Person, _ *run.Today, q store.Query) (store.Page, error) {
	page := store.Page{Runs: make([]run.Summary, min(c.inbox, q.Limit))}
	if c.moreInbox {
		page.Next = "next"
	}
	return page, c.failInbox
}

func (c *counting) Live(_ context.Context, _ store.Reader, q store.Query) (store.Page, error) {
	page := store.Page{Runs: make([]run.Summary, min(c.live, q.Limit))}
	for i := range page.Runs {
		r := &run.Run{
			ID: fmt.Sprintf("01J%023d", i), Status: run.Active, Flow: run.Flow{Name: "open"}, Requester: run.Person{ID: ada, Email: ada},
			Access: &run.Access{EndsAt: time.Unix(int64(1000+i), 0).UTC()},
		}
		page.Runs[i] = r.Summary()
	}
	return page, c.failLive
}

func (c *counting) MinePending(context.Context, run.Person, time.Time) (int, bool, error) {
	return c.pending, c.morePending, c.failPending
}

const rights = `
admins: [root@example.com]
flows:
  - {name: open, label: Open, admins: [linus@example.com], review: {approvers: ['group:sre'], viewers: [katherine@example.com]}}
  - {name: sre, label: For SRE, requesters: ['group:sre'], admins: [linus@example.com], review: {approvers: ['group:security']}}
  - {name: robots, label: Robots, requesters: ['arn:aws:iam::123456789012:role/ci'], admins: ['group:security']}
directory:
  groups: {sre: [grace@example.com], security: [margaret@example.com]}
`

func (c *counting) as(t *testing.T, p run.Person, route string, into any) {
	t.Helper()
	flows, err := flow.Parse("f", []byte(rights))
	if err != nil {
		t.Fatal(err)
	}
	if !p.Machine {
		p = flows.Directory.WithTokenGroups(p, nil)
	}
	service := request.New(request.Deps{Flows: flows, Identify: caller{p}, Store: c, Executions: c.table, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
	ev := httpapi.Event{RouteKey: route, QueryStringParameters: map[string]string{}}
	if path, query, there := strings.Cut(route, "?"); there {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		ev.RouteKey, route = path, path
		for name := range values {
			ev.QueryStringParameters[name] = values.Get(name)
		}
	}
	got, err := service.Handle(t.Context(), ev)
	if err != nil || got.StatusCode != 200 {
		t.Fatalf("%s: %d %s %v", route, got.StatusCode, got.Body, err)
	}
	described(t, route, got)
	if err := json.Unmarshal([]byte(got.Body), into); err != nil {
		t.Fatal(err)
	}
}

// Everybody sees the flows that concern them, with what they may do, in both lists.
func TestWhatIMayDo(t *testing.T) {
	person := func(address string) run.Person { return run.Person{ID: address, Email: address} }
	for name, tc := range map[string]struct {
		who   run.Person
		admin bool
		want  map[string][]string
	}{
		"anybody":             {person(ada), false, map[string][]string{"open": {"request"}}},
		"a viewer":            {person("katherine@example.com"), false, map[string][]string{"open": {"request", "list"}}},
		"an approver":         {person("grace@example.com"), false, map[string][]string{"open": {"request", "decide"}, "sre": {"request"}}},
		"an admin":            {person("linus@example.com"), true, map[string][]string{"open": {"request", "decide", "list"}, "sre": {"decide", "list"}}},
		"an admin by a group": {person("margaret@example.com"), true, map[string][]string{"open": {"request"}, "sre": {"decide"}, "robots": {"decide", "list"}}},
		"an admin of the file": {
			person("root@example.com"), true, map[string][]string{"open": {"request"}}},
		"a machine":       {run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}, false, map[string][]string{"robots": {"request"}}},
		"another machine": {run.Person{ID: "arn:aws:iam::123456789012:role/x", Machine: true}, false, map[string][]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &counting{table: newTable()}
			var me api.Me
			var list api.FlowList
			c.as(t, tc.who, "GET /me", &me)
			c.as(t, tc.who, "GET /flows", &list)
			mine, all := map[string][]string{}, map[string][]string{}
			for _, f := range me.Flows {
				mine[f.Name] = f.May
			}
			for _, f := range list.Flows {
				all[f.Name] = f.May
				if f.MayRequest() != slices.Contains(f.May, "request") || len(f.Rules.Sentences) < 10 {
					t.Errorf("%+v", f)
				}
			}
			if diff := cmp.Diff(tc.want, mine); diff != "" {
				t.Errorf("GET /me: -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, all); diff != "" {
				t.Errorf("GET /flows: -want +got:\n%s", diff)
			}
			if me.ID != tc.who.ID || me.Machine != tc.who.Machine || me.Admin != tc.admin || me.Groups == nil {
				t.Errorf("me is %+v", me)
			}
		})
	}
}

// A count is never more than it was found to be, and one that fails is said.
func TestCounts(t *testing.T) {
	n := func(n int) *int { return &n }
	person := run.Person{ID: ada, Email: ada}
	broken := errors.New("throttled")
	for name, tc := range map[string]struct {
		who  run.Person
		in   counting
		want api.Counts
	}{
		"none":         {person, counting{}, api.Counts{Inbox: n(0), Live: n(0), MinePending: n(0)}},
		"some":         {person, counting{inbox: 3, live: 1, pending: 2}, api.Counts{Inbox: n(3), Live: n(1), MinePending: n(2)}},
		"capped":       {person, counting{inbox: 100, live: 1, pending: 170, moreInbox: true}, api.Counts{Inbox: n(100), Live: n(1), MinePending: n(100), More: []string{"inbox", "mine_pending"}}},
		"exactly 100":  {person, counting{inbox: 100, pending: 100}, api.Counts{Inbox: n(100), Live: n(0), MinePending: n(100)}},
		"bounded read": {person, counting{inbox: 2, moreInbox: true, pending: 7, morePending: true}, api.Counts{Inbox: n(2), Live: n(0), MinePending: n(7), More: []string{"inbox", "mine_pending"}}},
		"one fails":    {person, counting{inbox: 3, live: 4, pending: 5, failPending: broken}, api.Counts{Inbox: n(3), Live: n(4), Failed: []string{"mine_pending"}}},
		"all fail": {person, counting{failInbox: broken, failPending: broken, failLive: broken},
			api.Counts{Failed: []string{"inbox", "live", "mine_pending"}}},
		"a machine has no inbox": {run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}, counting{inbox: 3, pending: 1, failInbox: broken},
			api.Counts{Inbox: n(0), Live: n(0), MinePending: n(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.in.table, tc.want.CappedAt = newTable(), 100
			var me api.Me
			tc.in.as(t, tc.who, "GET /me", &me)
			if diff := cmp.Diff(tc.want, me.Counts); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What ends soonest comes first, and the flow has its rules, if it concerns the caller.
func TestLiveAccessAndFlowOfMe(t *testing.T) {
	person := run.Person{ID: ada, Email: ada}
	c := &counting{table: newTable(), live: 4}
	var me, other api.Me
	c.as(t, person, "GET /me?live=2&flow=open", &me)
	if len(me.Live) != 2 || !strings.HasSuffix(me.Live[0].ID, "0") || !strings.HasSuffix(me.Live[1].ID, "1") || *me.Counts.Live != 4 {
		t.Errorf("live are %+v of %v", me.Live, me.Counts)
	}
	if me.Flow == nil || me.Flow.Name != "open" || len(me.Flow.Rules.Sentences) < 10 || !slices.Equal(me.Flow.May, []string{api.MayRequest}) {
		t.Errorf("the flow is %+v", me.Flow)
	}
	c.as(t, person, "GET /me?flow=sre", &other)
	if other.Flow != nil || other.Live != nil {
		t.Errorf("a flow of others, and live access that nobody wanted: %+v", other)
	}
}

// The counts of the store are those of the lists.
func TestCountsOfTheTable(t *testing.T) {
	c := newCrowd(t, "")
	for range 3 {
		c.now = c.now.Add(time.Minute)
		if got := c.post(adaPerson, "f"); got.StatusCode != 201 {
			t.Fatal(got.StatusCode, got.Body)
		}
	}
	c.decide(c.made[0])
	c.park(c.made[1])
	c.park(c.made[2])
	count := func(p run.Person) api.Counts {
		t.Helper()
		service := request.New(request.Deps{Flows: c.flows, Identify: caller{p}, Store: c, Executions: c, Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler)})
		got, err := service.Handle(t.Context(), httpapi.Event{RouteKey: "GET /me"})
		var me api.Me
		if err == nil {
			err = json.Unmarshal([]byte(got.Body), &me)
		}
		if err != nil || len(me.Counts.Failed) > 0 {
			t.Fatal(got.Body, err)
		}
		return me.Counts
	}
	mine, admins := count(adaPerson), count(run.Person{ID: "root@example.com", Email: "root@example.com", Principal: "idp|root"})
	if *mine.MinePending != 2 || *mine.Inbox != 0 || *mine.Live != 0 {
		t.Errorf("the requester's: %d pending, %d in the inbox, %d live", *mine.MinePending, *mine.Inbox, *mine.Live)
	}
	if *admins.MinePending != 0 || *admins.Inbox != 2 {
		t.Errorf("an admin's: %d pending, %d in the inbox", *admins.MinePending, *admins.Inbox)
	}
}
