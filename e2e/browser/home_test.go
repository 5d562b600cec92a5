package browser

import "testing"
import "github.com/fasttrack-dev/fasttrack/api"

func TestHome(t *testing.T) {
	needAxe(t)
	url := serve(t, &canned{responses: map[string]any{"GET /flows": api.FlowList{Flows: []api.Flow{}}, "GET /requests": api.RequestList{Requests: []api.Request{}}}})
	b := newTab(t)
	b.hold(desk)
	b.open(url + "/console/")
	for _, v := range b.violations() {
		t.Error(v)
	}
}
