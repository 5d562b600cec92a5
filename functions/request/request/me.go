package request

import (
	"context"
	"net/http"
	"sync"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// maxCount is the largest count of GET /me.
const maxCount = 100

// me responds with who the caller is and what concerns them.
func (s service) me(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	p := c.Caller.Person
	me := api.Me{
		ID: p.ID, Email: p.Email, Name: p.Name, Groups: append([]string{}, p.Groups...), Machine: p.Machine,
		Admin: s.today.IsAdminOfAny(p), Counts: s.counts(ctx, c), Flows: []api.MyFlow{},
	}
	for i := range s.Flows.Flows {
		f := &s.Flows.Flows[i]
		if may := s.mayOf(f, p); len(may) > 0 {
			me.Flows = append(me.Flows, api.MyFlow{Name: f.Name, Label: f.Label, May: may})
		}
	}
	return httpapi.Reply{Status: http.StatusOK, Body: me}, nil
}

// counter counts requests, up to maxCount. more reports that there are others.
type counter func(ctx context.Context, p run.Person) (n int, more bool, err error)

// counts counts what concerns the caller, side by side. One that fails is named, and
// fails nothing else.
func (s service) counts(ctx context.Context, c *httpapi.Call) api.Counts {
	out := api.Counts{CappedAt: maxCount}
	counters := []struct {
		name  string
		count counter
		into  **int
	}{
		{"inbox", s.countInbox, &out.Inbox}, {"live", s.countLive, &out.Live}, {"mine_pending", s.Store.MinePending, &out.MinePending},
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
	return out
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

// countLive counts p's own open accesses.
func (s service) countLive(ctx context.Context, p run.Person) (n int, more bool, err error) {
	page, err := s.Store.Live(ctx, store.Reader{Person: p, Today: s.today}, store.Query{Limit: maxCount})
	return len(page.Runs), page.Next != "", err
}
