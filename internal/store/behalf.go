package store

import (
	"cmp"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// forKey is the sort key of the item that lists a run among the requests of the person
// whom it is for, beside its requester's.
const forKey = "FOR"

// forItem is that item. It stays as long as the run may.
func forItem(r *run.Run) item {
	it := key(r.ID, forKey)
	it["mine"], it["created"] = text(cmp.Or(r.For.Principal, r.For.ID)), text(created(r.CreatedAt, r.ID))
	if kept := r.Flow.RetentionSeconds; kept > 0 {
		end := later(r.CreatedAt.Add(actsKept), r.LatestEnd())
		it["expires_at"] = number(end.Add(time.Duration(kept) * time.Second).Unix())
	}
	return it
}
