package consoledemo

import (
	"fmt"
	"math/rand/v2"

	"github.com/fasttrack-dev/fasttrack/api"
)

// crowd returns requests of several people, drawn from a fixed seed, most of which
// somebody decides.
func crowd(n int) []scene {
	draw := rand.New(rand.NewPCG(17, 7)) // #nosec G404 -- the same requests each time
	var all []scene
	for range n {
		all = append(all, drawn(draw))
	}
	return all
}

func drawn(draw *rand.Rand) scene {
	one := func(values ...string) string { return values[draw.IntN(len(values))] }
	s := scene{by: one(Ada, "alan@example.com", "hedy@example.com", "barbara@example.com", Grace, Linus, Margaret)}
	sre, security := Grace, Margaret
	if s.by == Grace {
		sre = Linus
	}
	if s.by == Margaret {
		security = Katherine
	}
	why := one("Look at the error rate of checkout.", "A customer was charged twice.", "Rotate a certificate.", "Check replication lag before the migration.", "The nightly export stopped.")
	toPeople := true // hooks leave it to people
	switch at := draw.Float64(); {
	case at < .55:
		target, urgency, ticket := one("prod-ro", "prod-ro", "prod-admin", "billing-ro", "staging-admin"), one("Normal", "Normal", "Normal", "Urgent", "Emergency"), fmt.Sprint(one("OPS-", "WEB-"), 1000+draw.IntN(900))
		s.in = api.CreateInput{Flow: "aws-access", Reason: why, DurationSeconds: 1800, Fields: map[string]any{"target": target, "urgency": urgency, "ticket": ticket}}
		low := target == "prod-ro" || target == "billing-ro"
		toPeople = urgency != "Emergency" && !(low && ticket[:4] == "OPS-")
	case at < .8:
		tier, lines := one("1", "2", "3", "3"), []int{3, 12, 40, 180, 900}[draw.IntN(5)]
		s.in = api.CreateInput{Flow: "deploy", Reason: one("Fix for the rounding error in VAT.", "Raise the timeout of the payment provider.", "Revert of yesterday's index change."), Fields: map[string]any{
			"service": one("billing", "docs", "payments", "search", "webhooks"), "tier": tier, "lines": lines,
		}}
		toPeople = tier != "3" || lines > 50
	default:
		s.in = api.CreateInput{Flow: "customer-data", Reason: why, DurationSeconds: 900, Fields: map[string]any{
			"target": one("crm", "ledger"), "customer": fmt.Sprint("C-100", 1+draw.IntN(5)), "query": "Count of open invoices by month.", "rows": []int{10, 100, 5000}[draw.IntN(3)],
		}}
	}
	switch at := draw.Float64(); {
	case !toPeople && s.in.Flow != "deploy" && at < .8:
		s.acts = []act{{s.by, "revoke", "Done."}}
	case !toPeople || at < .12: // live, or waiting
	case at < .3:
		s.acts = []act{{sre, "deny", one("Please use read-only for this.", "Not in the freeze.", "The ticket says otherwise.")}}
	default:
		s.acts = []act{{sre, "approve", one("Go ahead.", "Fine, ticket checked.", "OK for this once.")}}
		if s.in.Flow == "customer-data" {
			s.acts = append([]act{{security, "approve", "Seen, masked."}}, s.acts...)
		}
		if s.in.DurationSeconds > 0 && draw.Float64() < .8 {
			s.acts = append(s.acts, act{s.by, "revoke", "Done."})
		}
	}
	return s
}
