package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// activityData is what Activity shows.
type activityData struct {
	listData
	Filters filters
	// Fields are the choices of the form.
	Views, Flows, Statuses []choice
	// CSV is the address of what is shown as a file.
	CSV string
	// Further is the address of the same search before what was looked at; empty if
	// nothing is older.
	Further string
	// Problem is why the filters were refused.
	Problem *api.Problem
	// Fresh reports whether the script refreshes the list: the newest page, unless each
	// refresh would look through many requests.
	Fresh bool
}

// choice is an option of a form.
type choice struct {
	Value, Label string
	On           bool
}

// activity shows the requests that the person may read, by filters that stand in the
// address, so that a view can be kept and sent.
func (p *page) activity() error {
	f := filtersOf(p.r.URL.Query(), p.me.Flows)
	list := &api.RequestList{}
	in, problem := f.input()
	if problem == nil {
		var err error
		in.Limit, in.Cursor = 20, f.Cursor
		list, err = p.call.List(p.r.Context(), in)
		if err != nil && (!errors.As(err, &problem) || problem.Status != http.StatusBadRequest) {
			return err
		}
	}
	status := http.StatusOK
	if problem != nil {
		list, status = &api.RequestList{}, http.StatusBadRequest
	}
	d := activityData{
		listData: paged(list, "/activity", f.query(), f.Cursor), Filters: f, Problem: problem,
		Views: f.views(p.me.Flows), Flows: f.flows(p.me.Flows), Statuses: f.statuses(),
		CSV: Base + "/activity.csv", Fresh: f.Cursor == "" && f.Text+f.Requester+f.DecidedBy == "",
	}
	if q := f.query().Encode(); q != "" {
		d.CSV += "?" + q
	}
	if looked := list.Looked; list.NextCursor == "" && looked != nil && !looked.BackTo.IsZero() && in.From.Before(looked.BackTo) {
		before := f
		before.To = looked.BackTo.Add(-time.Nanosecond).UTC().Format(time.DateOnly)
		d.Further = Base + "/activity?" + before.query().Encode()
	}
	p.render(status, "activity", "Activity", d)
	return nil
}

// activityCSV sends the list of [page.activity] as a file.
func (p *page) activityCSV() error {
	f := filtersOf(p.r.URL.Query(), nil)
	in, problem := f.input()
	if problem != nil {
		return problem
	}
	in.Cursor = f.Cursor
	file, err := p.call.ActivityCSV(p.r.Context(), in)
	if err != nil {
		return err
	}
	h := p.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="fasttrack-activity-`+p.Now().UTC().Format(time.DateOnly)+`.csv"`)
	send(p.w, p.r, http.StatusOK, file.CSV)
	return nil
}
