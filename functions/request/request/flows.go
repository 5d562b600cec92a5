package request

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

// flowView is what a requester needs to know of a flow.
type flowView struct {
	Name             string       `json:"name"`
	Label            string       `json:"label"`
	Description      string       `json:"description,omitempty"`
	Fields           []flow.Field `json:"fields"`
	Targets          []targetView `json:"targets"`
	DurationsSeconds []int        `json:"durations_seconds,omitempty"`
	RequireReason    []string     `json:"require_reason"`
}

type targetView struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// flows lists the flows that the caller may ask for.
func (s service) flows(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	list := []flowView{}
	for i := range s.Flows.Flows {
		f := &s.Flows.Flows[i]
		if !f.MayAsk(c.Caller.Person) {
			continue
		}
		v := flowView{
			Name: f.Name, Label: f.Label, Description: f.Description, Fields: f.Fields, Targets: []targetView{},
			DurationsSeconds: f.DurationsSeconds, RequireReason: f.RequireReason,
		}
		if v.Fields == nil {
			v.Fields = []flow.Field{}
		}
		if v.RequireReason == nil {
			v.RequireReason = []string{}
		}
		for _, t := range f.Targets {
			v.Targets = append(v.Targets, targetView{t.ID, t.Label})
		}
		list = append(list, v)
	}
	return httpapi.Reply{Status: 200, Body: map[string]any{"flows": list}}, nil
}
