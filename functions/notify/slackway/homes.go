package slackway

import (
	"context"
	"slices"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// maxHomes limits how many App Homes one event has shown again. Others are up to date when
// they are opened.
const maxHomes = 20

// homes has the App Homes shown again of the requester and of those who decide or review it,
// and look at theirs.
// A failure is logged: an App Home is made anew whenever it is opened.
func (w *Way) homes(ctx context.Context, r *run.Run) {
	if w.ShowHomes == nil {
		return
	}
	open, err := w.Store.SlackHomes(ctx, w.Now())
	if err == nil {
		concerned := w.concerned(r)
		open = slices.DeleteFunc(open, func(h store.SlackHome) bool { return !concerned[h.Email] })
		if len(open) > 0 {
			err = w.ShowHomes(ctx, open[:min(len(open), maxHomes)])
		}
	}
	if err != nil {
		w.Log.WarnContext(ctx, "App Homes are out of date", "run_id", r.ID, "error", err.Error())
	}
}

// concerned are the addresses of who has the run in a list of theirs.
func (w *Way) concerned(r *run.Run) map[string]bool {
	all := map[string]bool{email.Fold(r.Requester.Email): true, email.Fold(r.Holder().Email): true}
	var principals []string
	if r.Review != nil {
		principals = r.Review.Approvers
	}
	var today *run.Today
	if w.Today != nil {
		today = w.Today()
	}
	if r.BreakGlass != nil { // whoever may approve requests of the flow reviews it
		principals = slices.Concat(principals, r.Flow.Review.Approvers, run.AdminsAlone)
	}
	for _, principal := range principals {
		for _, person := range r.Recipients(principal, today) {
			all[person] = true
		}
	}
	return all
}
