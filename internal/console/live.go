package console

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
)

// liveData is what the page of live access shows.
type liveData struct {
	listData
	// Mine are the person's own, and Others everybody else's.
	Mine, Others []api.Request
	// Lists reports whether the person may list a flow, and so would see others.
	Lists bool
}

// live shows the access that is open now, soonest end first: the person's own, and all
// of the flows that they may list.
func (p *page) live() error {
	cursor := p.r.URL.Query().Get("cursor")
	list, err := p.call.List(p.r.Context(), api.ListInput{View: api.ViewLive, Sort: api.SortEndsAt, Limit: 100, Cursor: cursor})
	if err != nil {
		return err
	}
	d := liveData{listData: paged(list, "/access", nil, cursor)}
	for _, r := range list.Requests {
		if r.Access == nil {
			r.Access = &api.Access{} // it is being granted
		}
		if r.Holder().ID == p.me.ID {
			d.Mine = append(d.Mine, r)
		} else {
			d.Others = append(d.Others, r)
		}
	}
	d.Lists = slices.ContainsFunc(p.me.Flows, func(f api.MyFlow) bool { return slices.Contains(f.May, api.MayList) })
	p.render(200, "live", "Live access", d)
	return nil
}
