package request

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// maxCount is the largest count of GET /me.
const maxCount = 100

// me responds with who the caller is and what concerns them.
func (s service) me(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	in, err := readMe(c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	p := c.Caller.Person
	seen, err := s.seenInLists(ctx, c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	counts, live := s.counts(ctx, c)
	me := api.Me{
		ID: p.ID, Email: p.Email, Name: p.Name, Groups: append([]string{}, p.Groups...), Machine: p.Machine,
		Admin: s.today.IsAdminOfAny(p), Slack: s.Slack != nil, Counts: counts, Flows: []api.MyFlow{},
	}
	for i := range s.Flows.Flows {
		f := &s.Flows.Flows[i]
		may := s.mayOf(f, p, seen)
		if len(may) == 0 {
			continue
		}
		me.Flows = append(me.Flows, api.MyFlow{Name: f.Name, Label: f.Label, Description: f.Description, May: may, Slack: f.SlackUse()})
		if f.Name == in.Flow {
			shown := shownFlow(f, p, may)
			me.Flow = &shown
		}
	}
	if in.Live > 0 && counts.Live != nil {
		if me.Live, err = s.shownList(ctx, c, live[:min(len(live), in.Live)]); err != nil {
			return httpapi.Reply{}, err
		}
	}
	return httpapi.Reply{Status: http.StatusOK, Body: me}, nil
}

// readMe reads what a response has beside who the caller is.
func readMe(c *httpapi.Call) (in api.MeInput, err error) {
	in.Flow, _ = c.Query("flow")
	if value, there := c.Query("live"); there {
		n, ok := strictjson.WholeNumber([]byte(value))
		if !ok || n < 0 || n > api.MaxLive {
			return in, httpapi.Invalid(flow.FieldError{Field: "live", Detail: fmt.Sprintf("must be a number from 0 to %d", api.MaxLive)})
		}
		in.Live = int(n)
	}
	return in, nil
}

// counter counts requests, up to maxCount. more reports that there are others.
type counter func(ctx context.Context, p run.Person) (n int, more bool, err error)

// counts counts what concerns the caller, side by side. One that fails is named, and
// fails nothing else. live are the requests that were counted as live.
func (s service) counts(ctx context.Context, c *httpapi.Call) (out api.Counts, live []run.Summary) {
	out.CappedAt = maxCount
	countLive := func(ctx context.Context, p run.Person) (n int, more bool, err error) {
		live, more, err = s.liveOf(ctx, p)
		return len(live), more, err
	}
	counters := []struct {
		name  string
		count counter
		into  **int
	}{
		{"inbox", s.countInbox, &out.Inbox}, {"live", countLive, &out.Live}, {"mine_pending", s.countPending, &out.MinePending},
	}
	if s.hasBreakGlass() {
		counters = append(counters, struct {
			name  string
			count counter
			into  **int
		}{"unreviewed", s.countUnreviewed, &out.Unreviewed})
	}
	type counted struct {
		n    int
		more bool
		err  error
	}
	found := make([]counted, len(counters))
	var group sync.WaitGroup
	for i, each := range counters {
		group.Go(func() { found[i].n, found[i].more, found[i].err = each.count(ctx, c.Caller.Person) })
	}
	group.Wait()
	for i, each := range counters {
		if found[i].err != nil {
			c.Log.Error("cannot count requests", "count", each.name, "error", found[i].err.Error())
			out.Failed = append(out.Failed, each.name)
			continue
		}
		n := min(found[i].n, maxCount)
		*each.into = &n
		if found[i].more || found[i].n > maxCount {
			out.More = append(out.More, each.name)
		}
	}
	return out, live
}

// countInbox counts what p may decide now. A machine decides nothing.
func (s service) countInbox(ctx context.Context, p run.Person) (int, bool, error) {
	if p.Machine {
		return 0, false, nil
	}
	flows, err := s.inboxFlows(ctx, "")
	if err != nil {
		return 0, false, err
	}
	page, err := s.Store.Inbox(ctx, flows, p, s.today, store.Query{Limit: maxCount})
	return len(page.Runs), page.Next != "", err
}

// countPending counts p's own requests that wait for people.
func (s service) countPending(ctx context.Context, p run.Person) (int, bool, error) {
	return s.Store.MinePending(ctx, p, s.Now())
}

// liveOf returns p's own open accesses, what ends soonest first.
func (s service) liveOf(ctx context.Context, p run.Person) (live []run.Summary, more bool, err error) {
	page, err := s.Store.Live(ctx, store.Reader{Person: p, Today: s.today}, store.Query{Limit: maxCount})
	return page.Runs, page.Next != "", err
}
