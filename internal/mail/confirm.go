package mail

import (
	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
)

// confirmDue is for the holder of access that lasts until it is revoked.
func confirmDue(n deliver.Notice) (situation, bool) {
	e := n.Event.Entry
	s := situation{Event: string(e.Event), State: "do you still need this access?", Tone: "wait", Next: []string{
		"Access ends at " + clock(e.EndsAt) + " unless you confirm before that you still need it: on the request's page, or with fasttrack confirm " + n.Request.ID + ".",
		"If you don't need it any more, do nothing, or revoke it now.",
	}}
	return s, n.Run != nil && deliver.Unconfirmed(n.Run, e)
}

// asksToConfirm reports whether a notice reminds of a confirm.
func asksToConfirm(n deliver.Notice) bool {
	return n.Event.Entry.Event == api.EventRemind && n.Event.Entry.Status == api.StatusActive
}
