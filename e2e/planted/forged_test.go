package planted

var _ = plant(
	// Forged: hooks' states invoke hook functions alone.
	bug{"let a hook's state invoke any function", "localaws/stepfunctions/tasks.go", "t.may(role, function) {", "t.may(role, function) || true {", "./e2e/torture", "TestForgedAnswer"},
	// Decide demands proof.
	bug{"believe a step without a nonce", "internal/engine/turn.go", "case !hmac.Equal(", "case false && !hmac.Equal(", "./internal/run ./internal/hookapi ./internal/engine/... ./functions/record/record", "Admit|ForgedSteps"},
	bug{"believe the nonce of another turn", "internal/engine/turn.go", `"%s/%d/%d", r.ID, r.Engine.Execution, n)`, `"%s/%d", r.ID, r.Engine.Execution)`, "./internal/run ./internal/hookapi ./internal/engine/...", "Admit"},
	bug{"believe an older machine after its execution sent a nonce", "internal/engine/turn.go", "e.Proven != execution+1", "true", "./internal/run ./internal/hookapi ./internal/engine/...", "Admit"},
	// Nothing in an input is believed that the run does not hold.
	bug{"park for whoever asks", "internal/step/record.go", "WithNonce  = 3", "WithNonce  = 4", "./functions/record/record", "ForgedSteps"},
	bug{"close a run for an execution that was not its own", "functions/reconcile/reconcile/recovery.go", `case last.Status == "FAILED" && last.Error == refused:`, "case false:", "./e2e/torture", "TestForgedExecutionOfARunsName"},
	// Any error of a hook is that hook's failure.
	bug{"close a run for an error of its hook", "functions/reconcile/reconcile/recovery.go", `case last.Status == "FAILED" && r.Engine.Next == run.NextHook:`, "case false:", "./e2e/torture", "TestBadHooks/plain_on_deny:_States.Runtime"},
	bug{"ask a hook again whose error ended the execution", "internal/engine/recover.go", "case v.Failed != nil && next.Engine.Next == run.NextHook:", "case false:", "./internal/run ./internal/hookapi ./internal/engine/...", "Recover"},
	bug{"take a hook's error for one of the service", "internal/engine/stepfn/caught.go", `payload.Message != "" {`, `payload.Message != "" && c.Error != "States.Timeout" {`, "./internal/run ./internal/hookapi ./internal/engine/...", "ErrorsThat"},
	// Recovery backs off by its number and stops with an alarm.
	bug{"recover at once, however often", "functions/reconcile/reconcile/recovery.go", "return min(firstPause<<min(execution-1, 10), lastPause)", "return 0", "./e2e/torture", "TestRecoveriesBackOff"},
	bug{"recover for ever", "functions/reconcile/reconcile/recovery.go", "n >= maxRecoveries && !s.byHand", "n > 1000*maxRecoveries && !s.byHand", "./e2e/torture", "TestRecoveriesBackOff"},
	// Rights: acts in a partition of their own, those of older releases still read.
	bug{"store acts beside the run", "internal/store/item.go", `it := item{"pk": text(actsOf(r.ID)), "sk": text(actPrefix + a.ID)}`, "it := key(r.ID, actPrefix+a.ID)", "./internal/store", "TestActsHave"},
	bug{"forget the acts of older releases", "internal/store/item.go", "case strings.HasPrefix(sort, actPrefix):", `case strings.HasPrefix(sort, actPrefix) && strings.HasPrefix(stringOf(it["pk"]), actPrefix):`, "./internal/store", "TestActsHave"},
	bug{"overlook acts in their own partition", "internal/store/due.go", "case isRun || strings.HasPrefix(pk, actPrefix):", "case isRun:", "./internal/store ./e2e/torture", "TestActsHave|TestActThat"},
	// A guard is absent only when known absent.
	bug{"skip a guard whatever is served", "internal/engine/decider.go", "return d.hooksVersion == version || d.step.HooksVersion == version", "return true", "./internal/run ./internal/hookapi ./internal/engine/...", "Guard"},
	bug{"take a canary for one version", "functions/record/record/served.go", "if len(is.RoutingConfig.AdditionalVersionWeights) > 0 {", "if false {", "./functions/record/record", "Serves"},
	bug{"believe a name whose code may change", "internal/engine/decider.go", `version == "" || version == unversioned`, `version == ""`, "./internal/run ./internal/hookapi ./internal/engine/...", "Guard"},
)
