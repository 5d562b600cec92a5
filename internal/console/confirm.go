package console

import (
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Reminded reports whether the holder of access was reminded of its present end, and has not
// confirmed since that they still need it.
func (d requestData) Reminded() bool {
	return d.Access != nil && slices.ContainsFunc(d.History, func(e api.Entry) bool {
		return e.Event == api.EventRemind && e.EndsAt.Equal(d.Access.EndsAt)
	})
}

// ConfirmWhy says why access can't be confirmed now, in the parts around the moment from which
// it can: the page shows that as it shows all times.
func (d requestData) ConfirmWhy() []string {
	c := d.Now().Confirm
	return strings.SplitN(c.Why, c.From.UTC().Format(time.RFC3339), 2)
}
