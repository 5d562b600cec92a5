package planted

var _ = plant(
	bug{"look at the limits of fast_track after on_approve", "internal/run/decide.go", "if why := d.aboveLimits(c); why != \"\" {\n\t\td.held(c, why)\n\t\treturn\n\t}\n\thook :=", "hook :=", "./internal/run", "FastTrackLimitsComeBefore"},
	bug{"do not look at the limits of fast_track when the approve is applied", "internal/run/decide.go", "if why := d.aboveLimits(c); why != \"\" {\n\t\td.held(c, why)\n\t\treturn\n\t}\n\td.Engine.Case", "d.Engine.Case", "./internal/run", "FastTrackLimitsComeBefore"},
	bug{"put a hook's reason in a person's mouth", "internal/run/decide_hook.go", "c.HookReason, c.HookReasonBy = a.reason, h", "c.Reason = a.reason", "./internal/run", "EachReason"},
)
