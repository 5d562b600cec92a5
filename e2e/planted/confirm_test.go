package planted

var _ = plant(confirmBugs...)

var confirmBugs = []bug{
	{"let anybody confirm", "internal/run/confirm.go", "case !r.HeldBy(p):", "case false:", "./internal/engine", "TestWhoConfirms"},
	{"confirm for who is no requester any more", "internal/run/confirm.go", "case why != \"\":", "case false:", "./internal/engine", "TestWhoConfirms"},
	{"confirm although it is unknown who may request", "internal/run/confirm.go", "case err != nil:", "case false && err != nil:", "./internal/engine", "TestWhoConfirms"},
	{"confirm at once", "internal/run/confirm.go", "case now.Before(r.ConfirmFrom()):", "case false:", "./internal/engine", "TestWhoConfirms"},
	{"confirm until the end", "internal/run/confirm.go", "case !now.Before(r.ConfirmUntil()):", "case false:", "./internal/engine", "TestWhoConfirms"},
	{"move the end before access is granted anew", "internal/engine/confirm_start.go", "\t\td.Engine.Case = &c\n", "\t\td.Engine.Case = &c\n\t\td.Access.EndsAt = d.Access.EndsAt.Add(run.Seconds(d.DurationSeconds))\n", "./internal/engine", "TestAConfirmMovesTheEnd"},
	{"move the end after a grant that failed", "internal/run/confirm.go", "h.State == Held && h.ConfirmedBy == r.Engine.Case.Act", "h.State == Held", "./internal/engine", "TestAConfirmThatFails"},
	{"grant anew past the end", "internal/engine/confirm_start.go", "if err == nil && !d.grantFits(0) {", "if false {", "./internal/engine", "TestAConfirmIsOverBeforeTheEnd"},
	{"count confirms with other actions", "internal/run/share.go", "if a.Event == Confirm {", "if false {", "./internal/engine", "TestRoomForConfirms"},
	{"leave until revoked out of the digest", "internal/run/new.go", "a.Reason, a.DurationSeconds, a.UntilRevoked, a.StartsAt", "a.Reason, a.DurationSeconds, false, a.StartsAt", "./internal/engine", "TestUntilRevokedIsInTheDigest"},
	{"leave access without an end that an approver shortens", "internal/engine/apply.go", "seconds >= d.DurationSeconds && !d.Endless() {", "seconds >= d.DurationSeconds {", "./internal/engine", "TestShortenedAccessEnds"},
	{"lose access that is granted anew", "internal/lease/confirm.go", "\tnext = l.Clone()\n", "\tnext = l.Clone()\n\tnext.set(runID, run.Hold{State: run.Giving, At: now})\n", "./internal/lease", "TestConfirming"},
	{"notify nobody of a confirm that failed", "internal/engine/confirm.go", "run.ClipError(why), d.now, d.Engine.Turn+1", "run.ClipError(why), d.now, 0", "./internal/engine", "TestAConfirmThatFails"},
	{"backtest access without an end as other access", "internal/export/export.go", "UntilRevoked: r.Asked.UntilRevoked || r.UntilRevoked,", "", "./internal/export", "Test"},
	{"simulate access without an end as other access", "internal/simulate/request.go", "UntilRevoked: checked.UntilRevoked, ", "", "./internal/simulate", "TestUntilRevoked"},
	{"remind of what is confirmed", "internal/deliver/confirm.go", "r.Access.EndsAt.Equal(reminder.EndsAt)", "true", "./internal/deliver", "TestUnconfirmed"},
	{"leave the button of a reminder that is answered", "functions/notify/slackway/follow.go", "r.Access.EndsAt.After(reminder.EndsAt)", "false", "./functions/notify/slackway", "TestAReminderThatIsAnswered"},
}
