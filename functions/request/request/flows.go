package request

import (
	"context"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// flows lists the flows that the caller may request, decide or list.
func (s service) flows(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	seen, err := s.seenInLists(ctx, c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	list := api.FlowList{Flows: []api.Flow{}}
	for i := range s.Flows.Flows {
		f := &s.Flows.Flows[i]
		if may := s.mayOf(f, c.Caller.Person, seen); len(may) > 0 {
			list.Flows = append(list.Flows, shownFlow(f, c.Caller.Person, may))
		}
	}
	return httpapi.Reply{Status: http.StatusOK, Body: list}, nil
}

// mayOf lists what p may do with the flow, by the rules that decide it.
func (s service) mayOf(f *flow.Flow, p run.Person, seen seen) []string {
	var may []string
	if f.MayAsk(p) && seen.of(f) {
		may = append(may, api.MayRequest)
	}
	if f.MayAskForOthers(p) && seen.of(f) {
		may = append(may, api.MayRequestFor)
	}
	if s.today.MayDecide(f.Name, p) {
		may = append(may, api.MayDecide)
	}
	if s.today.MayList(f.Name, p) {
		may = append(may, api.MayList)
	}
	return may
}

// shownFlow returns what a caller needs to know of a flow.
func shownFlow(f *flow.Flow, p run.Person, may []string) api.Flow {
	shown := api.Flow{
		Name: f.Name, Label: f.Label, Description: f.Description, Fields: f.Fields, Targets: []api.Target{},
		DurationsSeconds: f.DurationsSeconds, UntilRevoked: f.UntilRevoked, ConfirmEverySeconds: f.ConfirmEverySeconds, RequireReason: f.RequireReason, May: may, Rules: f.Rules(),
	}
	if shown.Fields == nil {
		shown.Fields = []api.Field{}
	}
	if shown.RequireReason == nil {
		shown.RequireReason = []string{}
	}
	for _, t := range f.Targets {
		shown.Targets = append(shown.Targets, api.Target{ID: t.ID, Label: t.Label})
	}
	shownGlass(f, p, &shown)
	return shown
}
