package planted

var _ = plant(
	bug{"take requests while the installation is removed", "functions/request/request/drain.go", "if !since.IsZero() {", "if !since.IsZero() && false {", "./functions/request/request", "Draining"},
	bug{"believe for longer that nothing is removed", "functions/request/request/drain.go", "now.Add(drain.Remembered)", "now.Add(drain.Remembered + 1)", "./functions/request/request", "Draining"},
	bug{"leave access when the installation is removed", "internal/engine/recover.go", "d.Flow.HasAccess() && (d.Status == run.Approved || d.Status == run.Active):\n\t\te.Event = run.Revoke", "d.Flow.HasAccess() && d.Status == run.Approved:\n\t\te.Event = run.Revoke", "./internal/run ./internal/hookapi ./internal/engine/...", "Recover"},
	bug{"ask a guard whether removed access may stay", "internal/engine/recover.go", "e.Event = run.Revoke\n\t\td.removeAccess(e)\n", "e.Event = run.Revoke\n\t\td.startTransition(e)\n", "./internal/run ./internal/hookapi ./internal/engine/...", "Recover"},
	bug{"call it safe while access is held", "internal/lease/lease.go", "return !l.wanted() && !busy", "return !busy", "./internal/drain", ""},
	bug{"call it safe before all was read back", "internal/drain/drain.go", "left.Unread = append(left.Unread, l.Key.String())", "_ = l", "./internal/drain", ""},
	bug{"call it safe while a request may still come in", "internal/drain/drain.go", "!l.At.Before(l.SettlesAt)", "true", "./internal/drain", ""},
	bug{"call it safe with what can't be read", "internal/drain/drain.go", "left.Unreadable = append(left.Unreadable, id)", "_ = id", "./internal/drain", ""},
	bug{"log what a message says", "functions/notify/notify/handler.go", `line.Add("event", e.ID,`, `line.Add("subject", e.Request.Reason, "event", e.ID,`, "./functions/notify/...", "LogsNoSecret"},
	bug{"log the webhook's secret URL", "functions/notify/notify/webhook.go", "can't reach it: %w\", withoutURL(err))", "can't reach it: %w\", err)", "./functions/notify/...", "LogsNoSecret"},
	bug{"say that nobody's channel was notified", "internal/engine/review_notify.go", "case err != nil:", "case err != nil && false:", "./internal/run ./internal/hookapi ./internal/engine/...", "NotNotified"},
	bug{"exit with 0 on a signal", "internal/cli/exit.go", "case errors.As(context.Cause(ctx), &stopped):\n\t\treturn stopped.code()", "case errors.As(context.Cause(ctx), &stopped):\n\t\treturn exitDone", "./internal/cli", "TestExit_BySignal"},
	bug{"exit with 0 for what is not decided", "internal/cli/exit.go", "return exitError(exitUndecided)\n}", "return nil\n}", "./internal/cli", "TestExit_ByStatus"},
	bug{"take a reason of blanks", "functions/approve/approve/act.go", "text.Blank(a.Reason) &&", "a.Reason == text.Clean(\"\") &&", "./functions/approve/approve", "TestActs"},
	bug{"let an override turn a text round", "internal/text/text.go", "case Invisible(r), modifies(r) && !fits(s, i):", "case modifies(r) && !fits(s, i):", "./internal/text", ""},
)
