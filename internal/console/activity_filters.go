package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// filters select requests. They are the query of the page's address.
type filters struct {
	View, Flow, Status, Requester, DecidedBy, Text string
	// From and To are days in UTC, such as 2026-11-28, both included.
	From, To string
	Cursor   string
}

// filtersOf reads the filters of an address. A search for text needs a flow: a person
// who has one only need not choose it.
func filtersOf(q url.Values, flows []api.MyFlow) filters {
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	f := filters{
		View: get("view"), Flow: get("flow"), Status: get("status"), Requester: get("requester"), DecidedBy: get("decided_by"),
		Text: get("q"), From: get("from"), To: get("to"), Cursor: get("cursor"),
	}
	if f.View == "" {
		f.View = string(api.ViewAll)
	}
	if f.Text != "" && f.Flow == "" && len(flows) == 1 {
		f.Flow = flows[0].Name
	}
	return f
}

// query returns the filters as the query of an address, without those that select
// nothing and without the cursor.
func (f filters) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.View != string(api.ViewAll) {
		q.Set("view", f.View)
	}
	set("flow", f.Flow)
	set("status", f.Status)
	set("requester", f.Requester)
	set("decided_by", f.DecidedBy)
	set("q", f.Text)
	set("from", f.From)
	set("to", f.To)
	return q
}

// input returns the list that the filters select, or why they select none.
func (f filters) input() (api.ListInput, *api.Problem) {
	in := api.ListInput{
		View: api.View(f.View), Flow: f.Flow, Status: api.Status(f.Status), Requester: f.Requester, DecidedBy: f.DecidedBy, Text: f.Text,
	}
	var problem *api.Problem
	day := func(name, text string) time.Time {
		t, err := time.Parse(time.DateOnly, text)
		if text != "" && err != nil {
			problem = &api.Problem{Status: http.StatusBadRequest, Detail: fmt.Sprintf("%s must be a day such as 2026-11-28.", name)}
		}
		return t
	}
	in.From = day("From", f.From)
	if to := day("To", f.To); !to.IsZero() {
		in.To = to.AddDate(0, 0, 1)
	}
	return in, problem
}

// More reports whether a filter is set that the form keeps behind a disclosure.
func (f filters) More() bool { return f.Requester+f.DecidedBy+f.From+f.To != "" }

// Any reports whether any filter is set.
func (f filters) Any() bool { return len(f.query()) > 0 }

func (f filters) views(flows []api.MyFlow) []choice {
	all := []choice{
		{string(api.ViewAll), "All that I may read", false},
		{string(api.ViewMine), "My requests", false},
		{string(api.ViewReviewed), "Decided by me", false},
		{string(api.ViewInbox), "Waiting for me", false},
	}
	lists := slices.ContainsFunc(flows, func(flow api.MyFlow) bool { return slices.Contains(flow.May, api.MayList) })
	if lists || f.View == string(api.ViewFlow) {
		all = append(all, choice{Value: string(api.ViewFlow), Label: "All of one flow"})
	}
	return chosen(all, f.View)
}

func (f filters) flows(flows []api.MyFlow) []choice {
	var all []choice
	for _, flow := range flows {
		label := flow.Label
		if label == "" {
			label = flow.Name
		}
		all = append(all, choice{Value: flow.Name, Label: label})
	}
	if f.Flow != "" && !slices.ContainsFunc(all, func(c choice) bool { return c.Value == f.Flow }) {
		all = append(all, choice{Value: f.Flow, Label: f.Flow})
	}
	return chosen(all, f.Flow)
}

func (f filters) statuses() []choice {
	var all []choice
	for _, s := range api.Statuses() {
		all = append(all, choice{Value: string(s), Label: statusOf(s).Word})
	}
	return chosen(all, f.Status)
}

func chosen(all []choice, value string) []choice {
	for i := range all {
		all[i].On = all[i].Value == value
	}
	return all
}
