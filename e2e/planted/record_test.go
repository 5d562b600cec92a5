package planted

var _ = plant(
	bug{"publish again what parking published", "functions/record/record/park.go", "c.markPublished(ctx, done)\n\tif done.changed {", "if done.changed {", "./e2e/torture", "TestEachEvent"},
	bug{"take the mark of another history for this one's", "functions/record/record/published.go", "e.Hash == rec.Published }) + 1", "true }) + len(rec.Run.History)", "./functions/record/record ./e2e/torture", "TestACrash|TestARepeated|TestCrashMatrix"},
	bug{"ask for a decision that was made", "functions/notify/notify/message.go", "return \"\", false\n\tcase", "did += \"\"\n\tcase", "./functions/notify/...", ""},
	bug{"do not seal what is stored beside the history", "internal/run/verify.go", "return r.verifyState()", "return nil", "./internal/run ./internal/hookapi ./internal/engine/...", "Planted|EachMember"},
	bug{"leave access times out of the seal", "internal/run/state.go", "\"failures\", \"error\",", "\"starts_at\", \"ends_at\", \"failures\", \"error\",", "./internal/run ./internal/hookapi ./internal/engine/...", "Planted|EachMember"},
	bug{"leave texts out of an entry's hash", "internal/run/seal.go", "texts[name] = digest\n\t\t}\n\t\tdelete", "_ = digest\n\t\t}\n\t\tdelete", "./internal/run ./internal/hookapi ./internal/engine/...", "AnEditedText|Documented"},
	bug{"take anything for what is left of an erased text", "internal/run/seal.go", "if string(value) != standIns[name] {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "Erase"},
	bug{"do not show that giving fails", "internal/run/last_error.go", "if a == nil || a.Error == \"\" || r.Over() {", "if a == nil || a.Failures == 0 || r.Over() {", "./internal/run ./internal/hookapi ./internal/engine/...", "GivingFails|TakingBackFails"},
	bug{"notify at every retry", "internal/engine/access_retry.go", "a.Failures == 0 && a.Warned == 0 &&", "", "./internal/run ./internal/hookapi ./internal/engine/...", "GivingFails"},
	bug{"notify nobody that access fails", "functions/record/record/publish.go", "warn := r.Warning() && r.Engine.Turn != published.turn", "warn := false", "./e2e/torture", "TestAFailing"},
	bug{"give up at the first failure", "internal/engine/access_retry.go", "if d.Access.Tries >= most {", "if d.Access.Tries >= most || true {", "./internal/run ./internal/hookapi ./internal/engine/...", "GivingFails|GivingWorks"},
	bug{"delete what is not over", "internal/run/expire.go", "if !r.Over() {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "Retention"},
	bug{"miss nothing that is gone", "internal/audit/digests.go", "!h.Until.After(v.Now) &&", "", "./internal/cli", "Retention"},
	bug{"keep the salt of what is erased", "internal/run/erase_entry.go", "left.Salt, left.Keys, left.Erased = \"\", keys, erased", "left.Keys, left.Erased = keys, erased", "./internal/run ./internal/hookapi ./internal/engine/...", "Erase"},
	bug{"keep the salt of the run", "internal/run/erase.go", "next.Salt = NewID(now)", "_ = now", "./internal/run ./internal/hookapi ./internal/engine/...", "Erase"},
	bug{"erase what is not over", "internal/run/erase.go", "if !r.Over() {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "Erase"},
	bug{"let texts be erased without an erasure", "internal/run/history.go", "if erased > 0 {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", "Erase"},
	bug{"do not look at what an erasure left", "internal/run/history.go", "hash != e.HistorySHA256", "hash == \"\"", "./internal/run ./internal/hookapi ./internal/engine/...", "Erase"},
	bug{"erase the lease of access that is held", "internal/store/erase.go", "held || due || l.Given", "held && due", "./internal/cli", "Erase"},
)
