package browser

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// breakingGlass is an API whose caller may break the glass for one of two targets.
func breakingGlass() map[string]any {
	m := me()
	prod := software
	prod.Name, prod.Label, prod.Description = "prod-admin", "Production", "Administrator of a production system."
	prod.Targets = []api.Target{{ID: "prod", Label: "Production", BreakGlass: &api.BreakGlassRule{MaxDurationSeconds: 3600, ReviewWithinSeconds: 24 * 3600, MaxPerPersonPerDay: 3}}, {ID: "vault", Label: "The vault"}}
	prod.Fields, prod.DurationsSeconds = []api.Field{{Name: "target", Type: api.FieldTarget, Label: "Access to", Required: true}}, []int{3600, 28800}
	m.Flow = &prod
	return map[string]any{"GET /me": m}
}

// unreviewed is an emergency of Ada's that Grace may review.
func unreviewed(n int) api.Request {
	r := ended(n)
	r.Decision.By, r.Decision.Reason, r.Decision.Checks = api.Actor{Type: api.ActorEngine, ID: "break_glass"}, "", []api.Check{}
	r.History[0].BreakGlass, r.History[1].BreakGlass = true, true
	r.History[1].Actor, r.History[1].Reason, r.History[1].To = r.Decision.By, "", []string{"#incidents", "group:security"}
	r.BreakGlass = &api.BreakGlass{State: api.GlassUnreviewed, ReviewWithinSeconds: 24 * 3600, ReviewBy: r.Access.GoneAt.Add(24 * time.Hour)}
	review := yes("You are in the group sre, which decides this flow.", false)
	r.You.Review = &review
	return r
}

// withUnreviewed is an API with an emergency to review, and one whose review is overdue.
func withUnreviewed() map[string]any {
	m := me()
	m.Counts.Unreviewed = number(2)
	late := unreviewed(9)
	late.BreakGlass.ReviewBy = ago(2 * time.Hour)
	return map[string]any{"GET /me": m, "GET /requests?view=unreviewed": api.RequestList{Requests: []api.Request{late, unreviewed(1)}}}
}
