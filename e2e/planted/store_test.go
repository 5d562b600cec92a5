package planted

var _ = plant(storeBugs...)

var storeBugs = []bug{
	{"drop the condition of a put", "internal/run/shelf.go", "if version != *p.IfVersion {", "if version != *p.IfVersion && false {", "./functions/record/record", "TestACounterUnderRaces"},
	{"keep what a refused decision put", "internal/engine/decision_outcomes.go", "\tcase run.Ignore:\n\t\td.keep(a.Puts)\n\t\td.dropEvent(c, run.OnApprove", "\tcase run.Ignore:\n\t\td.keep(c.Puts)\n\t\td.dropEvent(c, run.OnApprove", "./internal/engine", "TestPutsOfAnOutcomeWithoutEffect"},
	{"let a trial put", "internal/engine/store.go", "\t\ta.Puts = nil // a trial keeps nothing\n", "", "./internal/engine", "TestPutsOfAnOutcomeWithoutEffect"},
	{"keep what a failed hook put", "internal/hookapi/puts.go", "a.DurationSeconds, a.Output, a.Puts = \"\", \"\", \"\", 0, nil, nil", "a.DurationSeconds, a.Output = \"\", \"\", \"\", 0, nil", "./internal/engine", "TestPutsOfAnOutcomeWithoutEffect"},
	{"send values that have expired", "internal/run/shelf.go", "if v.ExpiresAt.After(now) && rule.NameOf", "if rule.NameOf", "./internal/run", "TestPutsOnShelves"},
	{"compare a condition with what has expired", "internal/run/shelf.go", "there && v.ExpiresAt.After(now) {\n\t\t\tversion", "there {\n\t\t\tversion", "./internal/run", "TestConditionsOfPuts"},
	{"send everybody the values of one person", "internal/store/shelf.go", "\"sk\": text(shelfPerson + escapeKey(handle))}", "\"sk\": text(shelfPerson)}", "./functions/record/record", "TestNobodySeesAnothersValues"},
	{"write values that others changed meanwhile", "internal/store/shelf.go", "Put: s.ifSame(it, shelf.Version)", "Put: &types.Put{TableName: &s.table, Item: it}", "./internal/store", "TestShelves"},
	{"write values without the run", "internal/store/tally.go", "\tputs = append(puts, shelves...)\n", "\t_ = shelves\n", "./functions/record/record", "TestACounterOverCrashes"},
	{"put what the flow does not declare", "internal/run/shelf.go", "case s.NameOf(p.Scope, p.Key) == \"\":", "case s.NameOf(p.Scope, p.Key) == \"\" && false:", "./internal/run", "TestCheckPuts"},
	{"let get_permissions put", "internal/hookapi/puts.go", "return h != run.GetPermissions && h != run.GetNotifications", "return true", "./internal/engine", "TestWhoMayNotPut"},
	{"call the hook again for ever", "internal/engine/store.go", "if d.Engine.Stale < maxStale {\n\t\t\td.Engine.Stale++\n\t\t\td.callHook(hook)", "if d.Engine.Stale < maxStale {\n\t\t\td.callHook(hook)", "./internal/engine", "TestChangedValuesCallTheHookAgain"},
	{"leave a person's values when they are erased", "internal/store/erase.go", "\t\tcase strings.HasPrefix(pk, shelfPrefix):\n\t\t\treturn s.eraseShelf(ctx, e, it)\n", "\t\tcase strings.HasPrefix(pk, shelfPrefix):\n\t\t\treturn nil\n", "./internal/store", "TestEraseShelves"},
	{"read values that were not sent as missing", "hook/store.go", "\tif v.s.values != nil {\n\t\treturn true", "\tif v.s.values != nil || true {\n\t\treturn true", "./hook", "TestPutsOfAResponse"},
	{"keep the puts of whoever lost a race", "internal/run/shelf.go", "\tfor _, p := range puts {\n\t\tif p.IfVersion == nil {", "\tfor _, p := range puts[:0] {\n\t\tif p.IfVersion == nil {", "./e2e/torture", "TestPutsThatMeet"},
	{"forget the puts of a grant", "internal/engine/decision_outcomes.go", "\tcase run.OnEscalate:\n\t\td.keepNow(&a)\n", "\tcase run.OnEscalate:\n", "./e2e/torture", "TestScenarios/kept_by_hooks$"},
}
