package request

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// shown returns a run for the caller.
func (s service) shown(ctx context.Context, c *httpapi.Call, r *run.Run) (api.Request, error) {
	if err := s.link(ctx, c, r); err != nil {
		return api.Request{}, err
	}
	return s.view(c, r), nil
}

// view is shown without reading the links of people.
func (s service) view(c *httpapi.Call, r *run.Run) api.Request {
	v := r.ViewFor(c.Caller.Person, s.today, s.Now())
	s.Flows.Show(&v, r)
	return v
}

// shownList returns the runs of a page for the caller.
func (s service) shownList(ctx context.Context, c *httpapi.Call, page []run.Summary) ([]api.Request, error) {
	runs := make([]*run.Run, len(page))
	for i, summary := range page {
		runs[i] = summary.Run()
	}
	if err := s.link(ctx, c, runs...); err != nil {
		return nil, err
	}
	views := make([]api.Request, len(page))
	for i, summary := range page {
		views[i] = summary.ViewFor(runs[i], c.Caller.Person, s.today, s.Now())
		s.Flows.Show(&views[i], runs[i])
	}
	return views, nil
}

// link reads the links between people, as functions/record does before it counts an
// approval, for the runs that the caller could approve without any links.
func (s service) link(ctx context.Context, c *httpapi.Call, runs ...*run.Run) error {
	var people []*run.Person
	for _, r := range runs {
		if r.Check(run.Approve, c.Caller.Person, s.today, s.Now()) == nil {
			people = append(people, r.Apart()...)
		}
	}
	if len(people) == 0 {
		return nil
	}
	return s.Store.Linked(ctx, s.links, append(people, &c.Caller.Person)...)
}
