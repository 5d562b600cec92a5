package browser

import (
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// proposedRules is a change of rules of Ada's that Grace may decide.
func proposedRules(n int) api.Request {
	r := pending(n)
	r.Flow, r.FlowLabel, r.Title, r.DurationSeconds = "rule-change", "Change of rules", "Change of rules", 0
	r.Fields = map[string]json.RawMessage{"digest": raw(hash(7)), "base": raw(5), "sheet": raw(hash(8)), "change": raw("changed  production")}
	r.FieldsShown = []api.FieldShown{{Name: "digest", Label: "digest", Type: api.FieldString, Value: raw(hash(7)), Shown: hash(7)}}
	r.Reason = "Linus joins the approvers of production."
	r.Review.Checks, r.Review.Approvers = nil, []string{"group:owners"}
	r.Review.Seats = []api.Seat{{From: "group:owners", Count: 1, FilledBy: []api.Person{}, People: []api.Person{grace, linus}}}
	r.You.Approve, r.You.Deny = yes("You are in the group owners, which decides this flow.", false), yes("You are in the group owners, which decides this flow.", true)
	r.History[0].Reason, r.History[1].Checks, r.History[1].To = r.Reason, nil, []string{"group:owners"}
	r.RuleChange = &api.RuleChange{
		Base: 5, Newest: 5, Digest: hash(7), State: api.RuleChangeProposed, ProposedAt: ago(12 * time.Minute), By: "arn:aws:sts::111122223333:assumed-role/Developers/ada@example.com",
		Changes: []string{"changed  production", "added    reports"},
		Diff: `--- served
+++ proposed
@@ -8,6 +8,11 @@
   - name: production
     label: Production
     admins: [group:platform]
-    review: {approvers: [grace@example.com]}
+    review: {approvers: [grace@example.com, linus@example.com], notify: [{to: ["slack:#production", "group:sre"], wait: 15m}, {to: [admins]}]}
+  - name: reports
+    label: Reports
+    admins: [group:platform]
+    review: {approvers: [group:finance]}
 directory:
   groups:
     platform: [root@example.com]
`,
		Warnings: []string{`flows.yaml:15:26: flows[1].review.approvers[0]: warning: the directory has no group "finance"; only those whose token says so are in it`},
		Findings: []string{"note: flow names were not compared with hooks: no build/HooksFunction/bootstrap; run `make build`, or give --binary"},
		Backtest: "42 requests of production, from table fasttrack-Table-1A2B3C, tried with fasttrack-hooks:live, version 17\n\nPeople denied, and the hooks would approve: 0\n\n  hooks would  approved  denied  all\n      approve         9       0    9\n         deny         0       1    1\n        leave        28       4   32\n          all        37       5   42\n",
	}
	return r
}

// approvedRules is such a change after Grace approved it, and became what change says.
func approvedRules(n int, change func(*api.RuleChange)) api.Request {
	r := then(proposedRules(n), ago(3*time.Minute), api.EventApprove, user(grace), api.StatusApproved, "Linus is on call from today.")
	r.Decision = &api.Decision{Event: api.EventApprove, Reason: "Linus is on call from today.", By: user(grace), At: ago(3 * time.Minute)}
	r.You = nothing("The request is approved.")
	change(r.RuleChange)
	return r
}

func appliedRules(n int) api.Request {
	r := approvedRules(n, func(c *api.RuleChange) {
		c.State, c.Version, c.Newest, c.At = api.RuleChangePushed, 6, 6, ago(3*time.Minute)
	})
	r.Delivery = []api.Delivery{
		{To: "ada@example.com", Person: "ada@example.com", By: "email", Seq: 3, About: api.AboutRules, At: ago(3 * time.Minute), State: api.DeliverySent},
		{To: "grace@example.com", Person: "grace@example.com", By: "slack", Seq: 3, About: api.AboutRules, At: ago(3 * time.Minute), State: api.DeliverySent},
	}
	return r
}

func refusedRules(n int) api.Request {
	return approvedRules(n, func(c *api.RuleChange) {
		c.State, c.Newest, c.At = api.RuleChangeRefused, 6, ago(3*time.Minute)
		c.Why = "request " + requestID(n) + " is stale: it was proposed over version 5, and version 6 was pushed since: another version was pushed meanwhile; propose it again"
	})
}

func stuckRules(n int) api.Request {
	return approvedRules(n, func(c *api.RuleChange) {
		c.State = api.RuleChangeApproved
		c.Waits = "approved at 2026-11-24 09:12 UTC, and functions/apply has neither pushed nor refused it: its log says why, and alarms ApplyErrors and ApplySilent; `fasttrack flows apply " + requestID(n) + "` pushes it by hand"
	})
}
