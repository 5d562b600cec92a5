package planted

var _ = plant(
	bug{"publish again what parking published", "functions/record/decide/handler.go", "h.markPublished(ctx, next, published)\n\t\tif changed {", "if changed {", "./e2e/torture", "TestEachEvent"},
	bug{"take the mark of another history for this one's", "functions/record/decide/published.go", "e.Hash == rec.Published }) + 1", "true }) + len(rec.Run.History)", "./functions/record/decide ./e2e/torture", "TestACrash|TestARepeated|TestCrashMatrix"},
	bug{"ask for a decision that was made", "functions/notify/tell/message.go", "return Message{}, false\n\tcase", "did += \"\"\n\tcase", "./functions/notify/...", ""},
)
