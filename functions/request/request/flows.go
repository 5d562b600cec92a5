package request

import (
	"context"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

// flows lists the flows that the caller may request.
func (s service) flows(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	list := api.FlowList{Flows: []api.Flow{}}
	for i := range s.Flows.Flows {
		if f := &s.Flows.Flows[i]; f.MayAsk(c.Caller.Person) {
			list.Flows = append(list.Flows, shownFlow(f))
		}
	}
	return httpapi.Reply{Status: http.StatusOK, Body: list}, nil
}

// shownFlow returns what a requester needs to know of a flow.
func shownFlow(f *flow.Flow) api.Flow {
	shown := api.Flow{
		Name: f.Name, Label: f.Label, Description: f.Description, Fields: f.Fields, Targets: []api.Target{},
		DurationsSeconds: f.DurationsSeconds, RequireReason: f.RequireReason,
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
	return shown
}
