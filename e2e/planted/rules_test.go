package planted

var _ = plant(rulesBugs...)

var rulesBugs = []bug{
	{"serve rules that nobody signed", "internal/rules/version.go", "if !ecdsa.VerifyASN1(key, s.Sum(), s.Signature) {", "if key == nil {", "./internal/rules", "TestWatch_LastGood"},
	{"serve another text than was signed", "internal/rules/text.go", "got != v.Digest", "got == \"\"", "./internal/rules", "TestWatch_LastGood"},
	{"serve rules of a newer release", "internal/rules/version.go", "case v.Format > Format:", "case v.Format > 9:", "./internal/rules", "TestWatch_LastGood"},
	{"go back to older rules", "internal/rules/watch.go", "if w.loaded && number < w.version.Number {", "if false {", "./internal/rules", "TestWatch_NeverOlder"},
	{"give up the last good rules", "internal/rules/watch.go", "if !w.loaded {\n\t\t\treturn w.present, err", "if true {\n\t\t\treturn w.present, err", "./internal/rules", "TestWatch_LastGood"},
	{"start with the deployed rules if the pushed can't be read", "internal/rules/watch.go", "\tcase err != nil:\n\t\treturn err\n\tcase !there && w.loaded:", "\tcase err != nil && !w.loaded:\n\t\treturn w.takeDeployed()\n\tcase err != nil:\n\t\treturn err\n\tcase !there && w.loaded:", "./internal/rules", "TestWatch_LastGood"},
	{"take rules late", "internal/rules/watch.go", "const Every = 30 * time.Second", "const Every = 31 * time.Second", "./internal/rules", "TestEvery"},
	{"let two push at once", "internal/store/rules.go", "return fmt.Errorf(\"store the rules: %w\", rules.ErrChanged)", "return nil", "./internal/rules", "TestPush_AtOnce"},
	{"push over a version that nobody saw", "internal/rules/push.go", "if expect >= 0 && expect != v.Number-1 {", "if false {", "./internal/rules", "TestPush_AtOnce"},
	{"serve a call by the deployed rules before any could be read", "internal/httpapi/start.go", "\t\tif err != nil {\n\t\t\treturn unreadable(ctx, ev, err)", "\t\tif err != nil && serves != nil {\n\t\t\treturn unreadable(ctx, ev, err)", "./internal/httpapi", "TestStart_Pushed"},
	{"forget which rules a request was made under", "functions/request/request/create.go", "RulesVersion: s.RulesVersion,", "", "./functions/request/request", "TestRulesVersion"},
	{"let a function sign rules", "template.yaml", "Action: kms:GetPublicKey\n                  Resource: !GetAtt RulesKey.Arn", "Action: [kms:GetPublicKey, kms:Sign]\n                  Resource: !GetAtt RulesKey.Arn", "./internal/local", "TestNoOtherRoleCanForge"},
}

var _ = plant(proposalBugs...)

var proposalBugs = []bug{
	{"push what is not approved", "internal/rules/proposal.go", "if r.Status != api.StatusApproved {", "if false {", "./internal/rules", "TestApply"},
	{"push what code approved", "internal/rules/proposal.go", "if e.Actor.Type != api.ActorUser {", "if false {", "./internal/rules", "TestApply"},
	{"push another text than was approved", "internal/rules/proposal.go", "if Digest(raw) != w.Digest ||", "if false &&", "./internal/rules", "TestApply"},
	{"show another sheet than was proposed", "internal/rules/proposal.go", "case Digest(p.Body) != w.Sheet:", "case false:", "./internal/rules", "TestApply"},
	{"replace a proposal under review", "internal/store/proposal.go", "Item: it, ConditionExpression: isNew}", "Item: it}", "./internal/rules", "TestPutProposal"},
	{"let a proposer approve by self_approval", "internal/flow/rule_change.go", "if f.Review.SelfApproval {", "if false {", "./internal/flow", "TestRuleChange"},
	// What is approved is applied: once, and nothing else.
	{"apply what its proposer approved", "internal/rules/proposal.go", "if isSame(e.Actor, r.Requester) {", "if false {", "./internal/rules ./functions/apply/apply", "TestApply|TestHandle"},
	{"apply what whom it is for approved", "internal/rules/proposal.go", "if r.For != nil && isSame(e.Actor, *r.For) {", "if false {", "./internal/rules", "TestApply"},
	{"apply what who stored it approved", "internal/rules/proposal.go", "if err := storedByAnother(r, sheet); err != nil {", "if err := error(nil); err != nil {", "./internal/rules", "TestApply"},
	{"apply what shows another difference", "internal/rules/change/change.go", "err != nil || shown != Field(before, c.Text) {", "err != nil {", "./functions/apply/apply", "TestHandle"},
	{"apply over what is rolled back meanwhile", "internal/rules/proposal.go", "pushed, err := p.Push(ctx, v, raw, w.Base)", "pushed, err := p.Push(ctx, v, raw, -1)", "./functions/apply/apply", "TestHandle_RolledBack"},
	{"apply a change twice", "internal/store/rules.go", "writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: outcome, ConditionExpression: isNew}})", "_ = outcome", "./functions/apply/apply", "TestHandle"},
	{"apply over a stale base", "internal/rules/proposal.go", "if newest != w.Base {", "if false {", "./internal/rules ./functions/apply/apply", "TestApply|TestHandle"},
	{"refuse what was denied, as if it were approved", "functions/apply/apply/handler.go", "|| rec.Run.Status != run.Approved:", ":", "./functions/apply/apply", "TestHandle"},
	{"apply what was edited in the table", "functions/apply/apply/push.go", "if err := r.VerifyRecord(id, rec.Context); err != nil {", "if err := error(nil); err != nil {", "./functions/apply/apply", "TestHandle"},
	{"apply what was approved long ago", "functions/apply/apply/push.go", "h.Now().Sub(d.At) > rules.Late {", "false {", "./functions/apply/apply", "TestHandle"},
	{"apply rules that functions would not serve", "functions/apply/apply/push.go", "\treturn h.valid(c)", "\treturn nil", "./functions/apply/apply", "TestHandle"},
	{"apply what somebody approved who may no longer", "functions/apply/apply/push.go", "if err := approvedToday(r, served.Today()); err != nil {", "if err := error(nil); err != nil {", "./functions/apply/apply", "TestHandle"},
	{"apply what was approved later first", "functions/apply/apply/handler.go", "return a.View.Decision.At.Compare(b.View.Decision.At)", "return b.View.Decision.At.Compare(a.View.Decision.At)", "./functions/apply/apply", "TestHandle_InOrder"},
	{"write what became of a request twice", "internal/store/rules_outcome.go", "Item: it, ConditionExpression: isNew}", "Item: it}", "./internal/rules", "TestOutcome_Once"},
	{"roll back over no newest version that is spoiled", "internal/rules/push.go", "if v, _ := s.Read(); v.Number > 0 {", "if v, _ := s.Read(); true {", "./internal/rules", "TestPush_OverAnything"},
	{"file a change that shows another difference", "functions/request/request/create.go", "if err := s.checkProposal(ctx, r); err != nil {", "if err := error(nil); err != nil {", "./functions/request/request", "TestRuleChange"},
	{"show a difference in which something can't be seen", "functions/request/request/rule_change_view.go", "shown.Diff = text.Visible(shown.Diff)", "", "./functions/request/request", "TestRuleChange"},
	{"let the glass be broken for a change of rules", "internal/flow/rule_change.go", "if f.HasBreakGlass() {", "if false {", "./internal/flow", "TestRuleChange"},
}

// People are notified of what became of an approved change: once, all whom it concerns, and of nothing else.
var _ = plant(rulesHeardBugs...)

var rulesHeardBugs = []bug{
	{"notify nobody of what became of a change of rules", "functions/apply/apply/handler.go", "if err == nil && o.Request != \"\" {", "if false {", "./functions/apply/apply", "TestPublish|TestHandle_Dies"},
	{"publish what became of a change again and again", "functions/apply/apply/publish.go", "return h.Table.PublishedRulesOutcome(ctx, o)", "return nil", "./functions/apply/apply", "TestPublish"},
	{"forget that the bus was away", "functions/apply/apply/publish.go", "return fmt.Errorf(\"publish what became of request %s: %w\", o.Request, err)", "_ = fmt.Errorf", "./functions/apply/apply", "TestPublish"},
	{"believe an event about what became of a change", "internal/deliver/rules.go", "c.event = RulesEvent(c.now, o, at)", "_, _ = o, at", "./internal/deliver", "TestRules"},
	{"notify people of what did not happen", "internal/deliver/rules.go", "\tif !there {", "\tif !there && c.event.Rules == nil {", "./internal/deliver", "TestRules"},
	{"leave who approved in the dark", "internal/deliver/rules.go", "for _, a := range approvals(c.now) {", "for _, a := range approvals(&run.Run{}) {", "./internal/deliver", "TestRules"},
	{"replay what became of a change as its approval", "internal/deliver/replay.go", "\tcase api.AboutRules:", "\tcase \"\\x00\":", "./internal/deliver", "TestRules"},
	{"let functions/apply speak of requests", "template.yaml", "\"ForAllValues:StringEquals\": {\"events:source\": [fasttrack], \"events:detail-type\": [fasttrack.rules.applied, fasttrack.rules.refused]}", "\"ForAllValues:StringEquals\": {\"events:source\": [fasttrack]}", "./internal/local", "TestApplySpeaksOfRulesAlone"},
	{"let the bus take what functions/apply says of requests", "template.yaml", "\"ForAnyValue:StringNotEquals\": {\"events:detail-type\": [fasttrack.rules.applied, fasttrack.rules.refused]}", "\"ForAnyValue:StringNotEquals\": {\"events:detail-type\": [\"*\"]}", "./internal/local", "TestApplySpeaksOfRulesAlone"},
	{"say nothing of a change that nothing became of", "functions/request/request/rule_change_view.go", "case since >= slow:", "case since >= 100*late:", "./functions/request/request", "TestRuleChange_Waits"},
	{"never read again what becomes of an approved change", "internal/cli/people_events.go", "if !e.awaitsRules(r) && (", "if (", "./internal/cli", "TestEventsOfRules"},
}

// What the table lost is never replaced by laxer rules.
var _ = plant(lostRulesBugs...)

var lostRulesBugs = []bug{
	{"serve the deployed rules while the newest are missing", "internal/rules/watch.go", "\tif last == 0 {\n\t\treturn w.takeDeployed()", "\tif true {\n\t\treturn w.takeDeployed()", "./internal/rules", "TestWatch_Missing"},
	{"serve the deployed rules in place of lost ones", "internal/rules/watch.go", "\tif lost != nil {", "\tif false {", "./internal/rules", "TestWatch_Missing"},
	{"serve the deployed rules if it can't be read whether others were pushed", "internal/rules/watch.go", "\tlast, err := w.Source.LastNumber(ctx)\n\tif err != nil {\n\t\treturn err\n\t}\n\tif last == 0 {", "\tlast, err := w.Source.LastNumber(ctx)\n\tif err != nil || last == 0 {", "./internal/rules", "TestWatch_Missing"},
	{"say nothing while the newest rules are missing", "internal/rules/watch.go", "\tw.refuse(0, missing)\n\tif err", "\tif err", "./internal/rules", "TestWatch_Missing"},
	{"forget why the highest rules are served", "internal/rules/watch.go", "w.newest, w.refused = Stored{}, missing", "w.newest, w.refused = Stored{}, \"\"", "./internal/rules", "TestWatch_Missing"},
}

// What a proposer's machine computed is not taken for what the deployment finds.
var _ = plant(sheetBugs...)

var sheetBugs = []bug{
	{"file a proposal that keeps a warning back", "internal/rules/change/warnings.go", "if !slices.ContainsFunc(s.Findings, func(f string) bool { return same(f, w) }) {", "if false {", "./functions/request/request", "TestRuleChange_Sheet"},
	{"file a proposal that functions would not serve", "functions/request/request/rule_change.go", "\tif err != nil {\n\t\treturn invalid(rules.Refusef(\"functions would not serve it: %s\", text.Line(err.Error())))\n\t}", "\tif err != nil {\n\t\t_ = text.Line\n\t\treturn nil\n\t}", "./functions/request/request", "TestRuleChange_Sheet"},
	{"file a proposal that lets its proposer approve", "internal/rules/change/warnings.go", "if len(file.Refused) > 0 {", "if false {", "./functions/request/request", "TestRuleChange_Sheet"},
	{"show a proposer's findings as the deployment's", "functions/request/request/rule_change_view.go", "for _, w := range warnings {", "for _, w := range sheet.Findings {", "./functions/request/request", "TestRuleChange_Sheet"},
	{"review with findings that were added", "internal/cli/author_flows_review.go", "return slices.Equal(counting(filed), counting(here))", "return len(counting(filed)) >= len(counting(here))", "./internal/cli", "TestFlowsReview"},
	{"take another backtest for the same", "internal/cli/author_flows_review.go", "^([^\\n]*), tried with [^\\n]*", "(?s)^([^\\n]*), tried with .*", "./internal/cli", "TestFlowsReview"},
	{"take no backtest for the same", "internal/cli/author_flows_review.go", "return compared[string]{Filed: sheet.Backtest}, nil", "return compared[string]{Filed: sheet.Backtest, Same: true}, nil", "./internal/cli", "TestFlowsReview"},
}
