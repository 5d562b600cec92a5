package deliver

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Extendable reports whether the holder of the run's access may request an extension of
// it, by today's flow.
func Extendable(r *run.Run, today *run.Today, now time.Time) bool {
	if r == nil || today == nil || r.Status != run.Active || r.Access == nil {
		return false
	}
	return r.MayExtend(*r.Holder(), today.Flows[r.Flow.Name].Extend, now) == nil
}
