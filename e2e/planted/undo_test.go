package planted

var _ = plant(undoBugs...)

var undoBugs = []bug{
	{"withdraw anybody's approval", "internal/run/withdraw.go", "func(a Approval) bool { return p.is(a.Person) })\n}\n\n// DropApprovals", "func(a Approval) bool { return a.Act != \"\" })\n}\n\n// DropApprovals", "./internal/engine", "TestWithdrawIsRefused"},
	{"count what was withdrawn", "internal/engine/withdraw.go", "\td.Review.DropApprovals(*c.Person)\n", "", "./internal/engine", "TestWithdraw"},
	{"withdraw after the decision", "internal/run/eligible.go", "case r.Status.Decided():", "case r.Status.Decided() && e != Withdraw:", "./internal/engine", "TestWithdrawTooLate"},
	{"apply withdrawals before approvals", "internal/engine/acts.go", "func (d *decider) nextAct() (run.Act, bool) { return d.Run.NextAct(d.step.Acts) }", "func (d *decider) nextAct() (run.Act, bool) {\n\tfor _, a := range d.step.Acts {\n\t\tif a.Event == run.Withdraw && !slices.Contains(d.Engine.Handled, a.ID) {\n\t\t\treturn a, true\n\t\t}\n\t}\n\treturn d.Run.NextAct(d.step.Acts)\n}", "./internal/engine", "TestApproveAgainstWithdraw"},
	{"keep the duration of what was withdrawn", "internal/engine/withdraw.go", "seconds != d.DurationSeconds {", "false {", "./internal/engine", "TestWithdrawGivesBackTheTime"},
	{"verify as if nothing were withdrawn", "internal/run/verify.go", "case e.Event == Withdraw:", "case false:", "./internal/engine", "TestWithdrawGivesBackTheTime"},
	{"offer to withdraw what is decided", "internal/run/eligible.go", "if r.Check(Withdraw, p, t, now) == nil {", "if r.MayAct(Withdraw, p, t) == nil {", "./internal/engine", "TestWithdrawTooLate"},
}
