package run

import "time"

// BreakGlass is there in a run that is granted at once, in an emergency. Once its access
// has ended, somebody else reviews it, and until then the run is not over. It changes with
// entries alone.
type BreakGlass struct {
	// ReviewWithinSeconds is how long after the end somebody must have reviewed it.
	ReviewWithinSeconds int `json:"review_within_seconds"`
	// Notify are destinations that are notified of the grant, and of the review that is due.
	Notify []string `json:"notify"`
	// ReviewBy is until when it must be reviewed; zero before the access has ended.
	ReviewBy time.Time `json:"review_by,omitzero"`
	// Reminded is how often people were notified that the review is due, RemindedAt when they last were.
	Reminded   int       `json:"reminded,omitempty"`
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	// Reviewed is the seq of the entry of the review, 0 before it.
	Reviewed int `json:"reviewed,omitempty"`
}

// BreakGlassActor is who approves such a run: a rule of flows.yaml, and no person.
var BreakGlassActor = Actor{Type: EngineActor, ID: "break_glass"}

// The pauses between reminders once the review is overdue.
const (
	remindDaily   = 24 * time.Hour
	remindMonthly = 30 * 24 * time.Hour
	dailyReminded = 10
)

// nextRemindAt returns when people are reminded next by the reminders so far: after half
// of the time, when it is overdue, daily for a while, then monthly. Where that is longer
// than a day, they have as much time again as they had at first.
func (b *BreakGlass) nextRemindAt() time.Time {
	within := Seconds(b.ReviewWithinSeconds)
	switch {
	case b.Reminded == 0:
		return b.RemindedAt
	case b.Reminded == 1:
		return b.ReviewBy.Add(-within / 2)
	case b.RemindedAt.Before(b.ReviewBy):
		return b.ReviewBy
	case b.Reminded < dailyReminded:
		return b.RemindedAt.Add(max(within, remindDaily))
	}
	return b.RemindedAt.Add(remindMonthly)
}
