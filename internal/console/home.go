package console

import (
	"github.com/fasttrack-dev/fasttrack/api"
)

// homeData is what Home shows.
type homeData struct {
	Inbox, Mine section
	// Ask are the flows that the person may request.
	Ask []api.MyFlow
}

// home shows what waits for the person, what they requested and hold, and what they may
// request. Their live access comes with who they are.
func (p *page) home() error {
	ctx := p.r.Context()
	var d homeData
	err := together(
		d.Inbox.read(ctx, p.call, api.ListInput{View: api.ViewInbox, Limit: 5}),
		d.Mine.read(ctx, p.call, api.ListInput{View: api.ViewMine, Limit: 8}),
	)
	if err != nil {
		return err
	}
	if d.Inbox.Problem != nil && d.Mine.Problem != nil {
		return d.Inbox.Problem // nothing is left to show
	}
	for _, f := range p.me.Flows {
		if f.MayRequest() || f.MayRequestFor() {
			d.Ask = append(d.Ask, f)
		}
	}
	p.render(200, "home", "Home", d)
	return nil
}
