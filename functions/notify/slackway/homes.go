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

// homes has the App Homes shown again of the requester and of approvers who look at theirs.
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
	if r.Review == nil {
		return all
	}
	var today *run.Today
	if w.Today != nil {
		today = w.Today()
	}
	for _, principal := range r.Review.Approvers {
		for _, person := range r.Recipients(principal, today) {
			all[person] = true
		}
	}
	return all
}
