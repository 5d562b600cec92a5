package console

import "github.com/fasttrack-dev/fasttrack/api"

// homeData is what Home shows.
type homeData struct {
	Inbox, Mine *api.RequestList
}

// home shows what waits for the person, and what they requested.
func (p *page) home() error {
	ctx := p.r.Context()
	inbox, err := p.call.List(ctx, api.ListInput{View: api.ViewInbox, Limit: 5})
	if err != nil {
		return err
	}
	mine, err := p.call.List(ctx, api.ListInput{View: api.ViewMine, Limit: 8})
	if err != nil {
		return err
	}
	p.render(200, "home", "Home", homeData{inbox, mine})
	return nil
}
