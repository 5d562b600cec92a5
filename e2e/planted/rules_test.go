package planted

var _ = plant(rulesBugs...)

var rulesBugs = []bug{
	{"serve rules that nobody signed", "internal/rules/version.go", "if !ecdsa.VerifyASN1(key, s.Sum(), s.Signature) {", "if key == nil {", "./internal/rules", "TestWatch_LastGood"},
	{"serve another text than was signed", "internal/rules/text.go", "got != v.Digest", "got == \"\"", "./internal/rules", "TestWatch_LastGood"},
	{"serve rules of a newer release", "internal/rules/version.go", "case v.Format > Format:", "case v.Format > 9:", "./internal/rules", "TestWatch_LastGood"},
	{"go back to older rules", "internal/rules/watch.go", "if w.loaded && number < w.version.Number {", "if false {", "./internal/rules", "TestWatch_NeverOlder"},
	{"give up the last good rules", "internal/rules/watch.go", "if !w.loaded {\n\t\t\treturn w.present, err", "if true {\n\t\t\treturn w.present, err", "./internal/rules", "TestWatch_LastGood"},
	{"start with the deployed rules if the pushed can't be read", "internal/rules/watch.go", "\tcase err != nil:\n\t\treturn err\n\tcase !there && w.loaded:", "\tcase err != nil && w.loaded:\n\t\treturn err\n\tcase !there && w.loaded:", "./internal/rules", "TestWatch_LastGood"},
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
	{"push what its proposer approved", "internal/rules/proposal.go", "if e.Actor.ID == r.Requester.ID ||", "if false &&", "./internal/rules", "TestApply"},
	{"push what code approved", "internal/rules/proposal.go", "if e.Actor.Type != api.ActorUser {", "if false {", "./internal/rules", "TestApply"},
	{"push another text than was approved", "internal/rules/proposal.go", "if Digest(raw) != w.Digest ||", "if false &&", "./internal/rules", "TestApply"},
	{"show another sheet than was proposed", "internal/rules/proposal.go", "case Digest(p.Body) != w.Sheet:", "case false:", "./internal/rules", "TestApply"},
	{"push a stale proposal", "internal/rules/proposal.go", "pushed, err := p.Push(ctx, v, raw, w.Base)", "pushed, err := p.Push(ctx, v, raw, -1)", "./internal/rules", "TestApply"},
	{"replace a proposal under review", "internal/store/proposal.go", "Item: it, ConditionExpression: isNew}", "Item: it}", "./internal/rules", "TestPutProposal"},
	{"let a proposer approve by self_approval", "internal/flow/rule_change.go", "if f.Review.SelfApproval {", "if false {", "./internal/flow", "TestRuleChange"},
}
