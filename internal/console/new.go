package console

import "github.com/fasttrack-dev/fasttrack/api"

// choose shows the flows that the person may request.
func (p *page) choose() error {
	all, err := p.call.Flows(p.r.Context())
	if err != nil {
		return err
	}
	var may []api.Flow
	for _, f := range all {
		if f.MayRequest() || f.MayRequestFor() {
			may = append(may, f)
		}
	}
	p.render(200, "new", "New request", may)
	return nil
}

// flowToRequest returns the flow of the address, if the person may request it. It reads
// who is signed in, too.
func (p *page) flowToRequest() (api.Flow, error) {
	if err := p.start(); err != nil {
		return api.Flow{}, err
	}
	if f := p.me.Flow; f != nil && (f.MayRequest() || f.MayRequestFor()) {
		return *f, nil
	}
	return api.Flow{}, notFound("Unknown flow, or you may not request it.")
}
