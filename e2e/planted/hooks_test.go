package planted

var _ = plant(
	bug{"look at the limits of fast_track after on_approve", "internal/engine/apply.go", "if why := d.exceededLimit(c); why != \"\" {\n\t\td.routeAboveLimits(c, why)\n\t\treturn\n\t}\n\thook :=", "hook :=", "./internal/run ./internal/hookapi ./internal/engine/...", "FastTrackLimitsComeBefore"},
	bug{"do not look at the limits of fast_track when the approve is applied", "internal/engine/apply.go", "if why := d.exceededLimit(c); why != \"\" {\n\t\td.routeAboveLimits(c, why)\n\t\treturn\n\t}\n\td.Engine.Case", "d.Engine.Case", "./internal/run ./internal/hookapi ./internal/engine/...", "FastTrackLimitsComeBefore"},
	bug{"put a hook's reason in a person's mouth", "internal/engine/hook_response.go", "c.HookReason, c.HookReasonBy = a.Reason, h", "c.Reason = a.Reason", "./internal/run ./internal/hookapi ./internal/engine/...", "EachReason"},
	bug{"let null keep the flow's approvers", "internal/hookapi/response_people.go", "if err := refuseNull(value,", "if err := refuseNull(nil,", "./internal/run ./internal/hookapi ./internal/engine/...", "NullNever"},
	bug{"let a nil list keep the flow's approvers", "hook/people.go", "if len(principals) == 1 && principals[0] == Keep[0] {", "if principals == nil || len(principals) == 1 && principals[0] == Keep[0] {", "./hook", "OnlyKeep"},
	bug{"let a misspelt field read as an absent one", "hook/declared.go", "if !n.known || slices.Contains(n.list, name) {", "if true {", "./hook", "Undeclared"},
	bug{"go on without the hooks of a flow that was renamed", "hook/respond.go", "return Hooks{}, fmt.Errorf(\"flow %q has no hooks", "return Hooks{}, nil\n\treturn Hooks{}, fmt.Errorf(\"flow %q has no hooks", "./hook", "UnknownFlow"},
	bug{"call a guard in a trial", "internal/replay/replay.go", "hook == run.OnRequest || o.Guards) {", "hook == run.OnRequest || true) {", "./internal/replay", "Trial"},
	bug{"do not say that it is a trial", "internal/replay/replay.go", "document.Hook.Invocation.Trial = true", "_ = document", "./internal/replay", "Trial"},
	bug{"try a deployed function without a word", "internal/cli/author_hooks_check_live.go", "return err != nil || !loopback.Is(u.Hostname())", "return (err != nil || !loopback.Is(u.Hostname())) && false", "./internal/cli", "HooksCheckRefuses"},
	bug{"follow what is responded for a flow without hooks", "internal/engine/hook_response.go", "case d.Flow.NoHooks:\n\t\treturn d.skipHooks()\n", "", "./internal/run ./internal/hookapi ./internal/engine/...", "AFlowWithoutHooks"},
	bug{"do not look for hooks of a flow that was renamed", "internal/flowcheck/hooks.go", "if name != \"*\" && !named[name] {", "if false {", "./internal/flowcheck", "Names"},
	bug{"go on with a function that does not know the flow", "internal/hookapi/response_version.go", "a.FailedWhole = true\n\ta.Permissions", "a.Permissions", "./internal/run ./internal/hookapi ./internal/engine/...", "AFunctionWithoutHooks"},
	bug{"date what is about to happen by the last write", "internal/hookapi/invocation.go", "Event{Name: c.Event, At: c.At,", "Event{Name: c.Event, At: r.UpdatedAt,", "./internal/engine", "TestEventsAreDated"},
	bug{"date what has happened by the last write", "internal/hookapi/invocation.go", "Event{Name: name, At: h.At,", "Event{Name: name, At: r.UpdatedAt,", "./internal/engine", "TestEventsAreDated"},
	bug{"date on_escalate by the approval", "internal/engine/proceed_access.go", "Event: run.Escalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now}", "Event: run.Escalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.UpdatedAt}", "./internal/engine", "TestEventsAreDated"},
)
