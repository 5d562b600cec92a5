package browser

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// startingLater is an API whose caller may say when access starts.
func startingLater() map[string]any {
	m := me()
	db := software
	db.Name, db.Label, db.Description = "db-maintenance", "Maintenance of databases", "For planned work, on a day of your choice."
	db.Fields, db.DurationsSeconds = []api.Field{{Name: "cluster", Type: api.FieldString, Label: "Cluster", Required: true, Allowed: raws("orders", "billing")}}, []int{7200, 14400}
	db.Rules.StartsWithinSeconds = 30 * 24 * 3600
	m.Flow = &db
	return map[string]any{"GET /me": m}
}

// startsLater is an own request that is approved and starts three days later.
func startsLater(n int) api.Request {
	r := own(n)
	r.Status, r.DurationSeconds, r.StartsAt = api.StatusApproved, 7200, r.CreatedAt.Add(72*time.Hour)
	r.Title, r.Reason, r.Review, r.WaitingFor = "orders", "The new major version of the database.", nil, nil
	r.History[0].Reason, r.History[0].StartsAt = r.Reason, r.StartsAt
	r.Decision = &api.Decision{Event: api.EventApprove, By: api.Actor{Type: api.ActorUser, ID: grace.ID, Email: grace.Email, Name: grace.Name}, At: r.CreatedAt.Add(time.Minute), Reason: "In the window.", Checks: []api.Check{}}
	r.You = &api.You{Cancel: api.Allowed{May: true, Why: "You made this request."}, Revoke: api.Allowed{May: true}}
	return r
}
