package planted

var _ = plant(lookBugs...)

// lookBugs are those of a second look at active access.
var lookBugs = []bug{
	{"never look", "internal/engine/proceed_access.go", "case d.LookDue(d.now):", "case false:", "./internal/engine", "ActiveAccessIsLookedAt|WhoLeft"},
	{"wait for the end without a look", "internal/engine/wake.go", "if look, more := r.NextLookAt(); more {", "if look, more := r.NextLookAt(); more && false {", "./internal/engine", "ActiveAccessIsLookedAt"},
	{"look as often as it wakes", "internal/engine/look.go", "\tl.LastAt = d.now\n", "", "./internal/engine", "ActiveAccessIsLookedAt"},
	{"end access because a look failed", "internal/engine/look.go", "\tcase failure != \"\":\n", "\tcase failure != \"\":\n\t\ta.Transition = run.Revoke\n\t\tfallthrough\n\tcase failure == \"-\":\n\t\td.applyTransition(run.Case{Event: run.Revoke, Actor: run.ByHook(run.WhileActive), Channel: run.ViaHook, At: d.now})\n\t\treturn\n\tcase failure == \"\" && false:\n", "./internal/engine", "ALookThatFails"},
	{"let a look end access as if on time", "internal/hookapi/allowed.go", "run.WhileActive:   {run.Revoke}", "run.WhileActive:   {run.Revoke, run.Deescalate}", "./internal/engine ./schema", "ALookThatFails|TransitionsOfEachHook"},
	{"keep each failed look", "internal/engine/look.go", "first := !l.Failing", "first := true", "./internal/engine", "ALookThatFails"},
	{"keep failed looks without an end", "internal/engine/look.go", "first && l.Noted < maxNotedLooks", "first", "./internal/engine", "ALookThatFails"},
	{"hide that a look failed", "internal/run/look.go", "|| !l.Failing || r.Status", "|| l.Failing || r.Status", "./internal/engine", "ALookThatFails"},
	{"call the hook just before the end", "internal/engine/look.go", "d.now.Add(most).Before", "d.now.Add(0 * most).Before", "./internal/engine", "TheEndIsKept"},
	{"reserve less than the hook may take", "internal/engine/look.go", "HookReserve  = 430", "HookReserve  = 60", "./internal/step", "ALookEndsInTime"},
	{"keep access while a look is on its way", "internal/run/access_times.go", "(r.Engine.Next == NextActive || r.looking())", "(r.Engine.Next == NextActive)", "./internal/engine", "TheEndIsKept"},
	{"leave access to who is no requester any more", "internal/run/look.go", "case r.For == nil && !(t.asks(f.Requesters, holder)", "case r.For == nil && false && !(t.asks(f.Requesters, holder)", "./internal/engine", "WhoLeft"},
	{"look at who filed it, not at whose access it is", "internal/run/look.go", "case r.For != nil && !t.asks(f.Beneficiaries, holder):", "case false:", "./internal/engine", "WhoLeft"},
	{"leave access to who left the directory", "internal/run/look.go", "if holder.Mapped && !holder.Machine && !t.knows", "if false && !t.knows", "./internal/engine", "WhoLeft"},
	{"end access of a flow that can't be found", "internal/run/look.go", "return \"\", Refusal(\"the flow \"", "return name + \" is gone\", Refusal(\"the flow \"", "./internal/engine", "WhoLeft"},
	{"fill an execution with looks", "internal/run/look.go", "l.Here >= MaxLooks", "false", "./internal/engine", "LooksOfLongAccess"},
	{"stop an execution though the next did not start", "functions/reconcile/reconcile/replace.go", "if err != nil || s.report.DryRun {", "if s.report.DryRun {", "./functions/reconcile/reconcile", "TestNoExecutionIsStoppedBeforeTheNext"},
	{"let the former execution go on beside the next", "functions/reconcile/reconcile/replace.go", "s.Executions.Stop(ctx, before, outgrown)", "func() error { _ = before; return nil }()", "./functions/reconcile/reconcile", "TestNoExecutionIsStoppedBeforeTheNext"},
	{"replace an execution again and again", "internal/engine/recover.go", "next.Engine.Began, next.Engine.FirstTurn = d.now, next.Engine.Turn", "next.Engine.FirstTurn = next.Engine.Turn", "./e2e/torture", "TestScenarios/looked_at,_handed_over_for_its_age"},
	{"count looks of the former execution", "internal/engine/recover.go", "l.Here = 0", "_ = l", "./internal/engine", "LooksOfLongAccess"},
	{"count planned executions as recoveries", "internal/engine/recover.go", "if v.Planned {", "if false {", "./internal/engine", "LooksOfLongAccess"},
	{"say in no thread that a look failed", "internal/deliver/router.go", "== api.EventIgnore && !changesLastError(c.event.Entry) {", "== api.EventIgnore {", "./internal/deliver", "TestFailedLooksAreFollowed"},
	{"call a person's revoke a second look", "internal/run/look.go", "e.Actor.Type == EngineActor && strings.HasPrefix(", "strings.HasPrefix(", "./internal/slackui", "TestSecondLooksAreSaid"},
	{"tell the holder of no failed look", "functions/notify/slackway/follow.go", "if c.Done || !inChannel && !ofGrant {", "if c.Done || ofGrant || !inChannel {", "./functions/notify/slackway", "TestFailedLooks"},
	{"say of a failed look that a limit held an approval", "internal/explain/step.go", "case run.ByLook(e):", "case false:", "./internal/explain", "TestOf_FailedLooks"},
	{"show a failed look as code against code", "internal/console/words_history.go", "case e.Error != \"\" && e.Status == api.StatusActive &&", "case false &&", "./internal/console", "TestRequestStates"},
	{"show a revoke by a look as any", "internal/console/words_history.go", "e.Actor.Type == api.ActorHook && e.Actor.ID == whileActive {", "false {", "./internal/console", "TestRequestStates"},
	{"take a failed confirm for a look", "internal/run/look.go", "e.Act == \"\" && e.Status == Active", "e.Status == Active", "./internal/slackui", "TestSecondLooksAreSaid"},
	{"leave messages as they are when a confirm fails", "internal/deliver/router.go", " || e.ActEvent == api.EventConfirm && e.Error != \"\"", "", "./internal/deliver", "TestFailedLooksAreFollowed"},
}
