package request

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// readDelivery reads the notifications about a request beside whatever the caller goes
// on to do, and returns what adds them to the view, for everybody who sees it. If they
// can't be read, the view says nothing of them: the rest is worth reading.
func (s service) readDelivery(ctx context.Context, c *httpapi.Call, r *run.Run) func(*api.Request) {
	var list []api.Delivery
	var more bool
	var err error
	done, id := make(chan struct{}), r.ID
	go func() {
		defer close(done)
		list, more, err = s.Store.Deliveries(ctx, id)
	}()
	return func(v *api.Request) {
		<-done
		if err != nil {
			c.Log.Error("cannot read the deliveries", "error", err.Error())
			return
		}
		if c.Caller.Machine { // it is not shown who is in a group
			for i := range list {
				if !email.Equal(list[i].To, list[i].Person) {
					list[i].Person, list[i].Why = "", ""
				}
			}
		}
		v.Delivery, v.DeliveryMore = list, more
	}
}
