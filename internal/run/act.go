package run

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Act is a person's action on a run: approve, deny, cancel, revoke, withdraw, review or confirm. It is stored
// beside the run before the execution is woken. engine.Decide handles the acts of a
// run in the order of their IDs.
type Act struct {
	// ID sorts by time; see [NewID].
	ID     string    `json:"id"`
	Event  EventName `json:"event"`
	Person Person    `json:"person"`
	Reason string    `json:"reason,omitempty"`
	// DurationSeconds shortens access; 0 leaves it.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// Verdict is that of a review.
	Verdict api.ReviewVerdict `json:"verdict,omitempty"`
	Channel Channel           `json:"channel"`
	// Override sets the verdict of the hook on this action aside; see
	// [Run.MayOverride].
	Override bool `json:"override,omitempty"`
	// IfMatch is the [Run.ETag] of the run that it is about, "" for whatever it has
	// come to.
	IfMatch string `json:"if_match,omitempty"`
	// Key is the hash of the caller's Idempotency-Key, "" without one. Acts
	// with one key are one act: the first.
	Key string    `json:"key,omitempty"`
	At  time.Time `json:"at"`
}
