package planted

var _ = plant(peopleBugs...)

// What the API says to a person of themselves, of rules and of messages.
var peopleBugs = []bug{
	{"count none where counting failed", "functions/request/request/me.go", "\t\t\tout.Failed = append(out.Failed, each.name)\n\t\t\tcontinue\n", "", "./functions/request/request", "TestCounts"},
	{"take a lower bound for a count", "functions/request/request/me.go", "if found[i].more || found[i].n > maxCount {", "if found[i].n > maxCount {", "./functions/request/request", "TestCounts"},
	{"let whoever may request decide", "internal/run/may.go", "return there && !p.Machine && (t.meansAny(f.Admins, p, nil) || t.meansAny(f.Approvers, p, f.Admins))", "return there && !p.Machine && f.Admins != nil", "./functions/request/request", "TestWhatIMayDo"},
	{"name a group of then as one of today", "internal/run/may.go", "return ground{asFiled, byFlow[i]}", "return ground{asApprover, byFlow[i]}", "./internal/engine", "TestWhy"},
	{"offer an override of code that is not there", "internal/run/why.go", "return !r.Flow.NoHooks && ", "return ", "./internal/engine", "TestWhy"},
	{"empty the seats of who has left since", "internal/run/waits_for.go", "return r.seated(r.distinct(), nil)", "return r.seated(r.distinct(), t)", "./internal/engine", "TestSeats"},
	{"show the value in place of its label", "internal/flow/show.go", "orName(chosen[value], value)", "value", "./functions/request/request", "TestLabelsOfChosenValues"},
	{"store labels without a seal", "functions/request/request/create.go", "\t\tif r, err = run.New(asked, now); err != nil { // its seal is of the labels too\n", "\t\tif r.Chosen = asked.Chosen; err != nil {\n", "./functions/request/request", "TestLabelsOfChosenValues"},
	{"replace a message that was sent", "internal/store/delivery.go", "#state <> :sent AND #at <= :at", "(#state <> :sent OR #state = :sent) AND #at <= :at", "./internal/store", "TestDeliveries"},
	{"name members to a machine by messages", "functions/request/request/delivery.go", "if c.Caller.Machine {", "if false {", "./functions/request/request", "TestDelivery"},
}
