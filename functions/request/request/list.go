package request

import (
	"context"
	"errors"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// list responds with a page of requests without their histories.
func (s service) list(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	l, q, err := s.readListing(c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	page, err := s.page(ctx, c, l, q)
	if err != nil {
		return httpapi.Reply{}, err
	}
	list := api.RequestList{Missing: page.Cut}
	if list.Requests, err = s.shownList(ctx, c, page.Runs); err != nil {
		return httpapi.Reply{}, err
	}
	if page.Next != "" {
		list.NextCursor = l.cursor(c.Caller.Principal, page.Next)
	}
	if l.looks() {
		list.Looked = &api.Looked{Requests: page.Looked, BackTo: page.BackTo}
	}
	if list.Missing == "" {
		if list.Missing, err = s.missing(ctx, l); err != nil {
			return httpapi.Reply{}, err
		}
	}
	return httpapi.Reply{Status: 200, Body: list}, nil
}

// page reads a page of a list. All that it holds the caller may read.
func (s service) page(ctx context.Context, c *httpapi.Call, l listing, q store.Query) (page store.Page, err error) {
	p := c.Caller.Person
	switch l.View {
	case api.ViewMine:
		page, err = s.Store.Mine(ctx, p, q)
	case api.ViewInbox:
		var flows []string
		if flows, err = s.inboxFlows(ctx, l.Flow); err != nil {
			return store.Page{}, err
		}
		page, err = s.Store.Inbox(ctx, flows, p, s.today, q)
	case api.ViewReviewed:
		page, err = s.Store.Reviewed(ctx, p, s.today, q)
	case api.ViewUnreviewed:
		var flows []string
		if flows, err = s.glassFlows(ctx); err != nil {
			return store.Page{}, err
		}
		page, err = s.Store.Unreviewed(ctx, p, s.today, flows, q)
	case api.ViewLive, api.ViewAll:
		var by store.Reader
		if by, err = s.reader(ctx, p, l); err != nil {
			return store.Page{}, err
		}
		switch {
		case l.View == api.ViewAll:
			page, err = s.Store.Readable(ctx, by, q, s.Now())
		case l.Sort == api.SortEndsAt:
			page, err = s.Store.Live(ctx, by, q)
		default:
			page, err = s.Store.LiveByCreation(ctx, by, q, s.Now())
		}
	default:
		page, err = s.ofFlow(ctx, l.Flow, p, q)
	}
	if errors.Is(err, store.ErrBadPosition) {
		return store.Page{}, httpapi.Invalid(wrongCursor)
	}
	return page, err
}

// reader returns where a list over several flows looks for what p may read.
func (s service) reader(ctx context.Context, p run.Person, l listing) (store.Reader, error) {
	by := store.Reader{Person: p, Today: s.today}
	if p.Machine {
		return by, nil
	}
	for _, name := range s.flowNames(l.Flow) {
		switch {
		case s.today.MayList(name, p), l.View == api.ViewAll && s.today.MayDecide(name, p):
			by.Flows = append(by.Flows, name)
		case l.View == api.ViewAll: // a hook may have named p as an approver
			by.Waiting = append(by.Waiting, name)
		}
	}
	gone, err := s.gone(ctx)
	for _, name := range gone {
		if l.Flow == "" || l.Flow == name {
			by.Flows = append(by.Flows, name)
		}
	}
	return by, err
}

// ofFlow lists the runs of a flow, for its admins and viewers. The runs of a removed
// flow are for the admins that each of them has today.
func (s service) ofFlow(ctx context.Context, name string, p run.Person, q store.Query) (store.Page, error) {
	refused := httpapi.Invalid(flow.FieldError{Field: "flow", Detail: "unknown flow, or you may not list it"})
	if p.Machine {
		return store.Page{}, refused
	}
	if _, there := s.Flows.Find(name); there {
		if !s.today.MayList(name, p) {
			return store.Page{}, refused
		}
		return s.Store.Flow(ctx, name, q, s.Now(), nil)
	}
	if gone, err := s.gone(ctx); err != nil {
		return store.Page{}, err
	} else if !slices.Contains(gone, name) && !s.today.IsAdmin(p) {
		return store.Page{}, refused
	}
	page, err := s.Store.Flow(ctx, name, q, s.Now(), func(r run.Summary) bool { return r.IsAdmin(p, s.today) })
	if err == nil && len(page.Runs) == 0 && page.Next == "" && q.After == "" {
		return store.Page{}, refused // as of a flow that never was
	}
	return page, err
}

// flowNames returns the names of all flows, or the given one if it exists.
func (s service) flowNames(only string) []string {
	var names []string
	for _, f := range s.Flows.Flows {
		if only == "" || f.Name == only {
			names = append(names, f.Name)
		}
	}
	return names
}
