package planted

var _ = plant(behalfBugs...)

var behalfBugs = []bug{
	{"let the beneficiary approve", "internal/run/behalf.go", "return Same(r.Requester, p) || r.For != nil && Same(*r.For, p)", "return Same(r.Requester, p)", "./internal/run", "TestNeitherOfTwoApproves"},
	{"let self_approval reach a request for another", "internal/run/separation.go", "return r.rule().SelfApproval && r.For == nil", "return r.rule().SelfApproval", "./internal/run", "TestNeitherOfTwoApproves"},
	{"give what was requested for an address to who inherits it", "internal/run/behalf.go", "return foldHandle(p.Principal) == foldHandle(q.Principal)", "return email.Equal(p.Email, q.Email)", "./internal/run", "TestIsFor"},
	{"leave the beneficiary out of the history", "internal/run/new.go", "For: forView(a.For), Extends", "Extends", "./internal/run", "TestForIsSealed"},
	{"believe that anybody exists", "functions/request/request/behalf.go", "if !known && !login {", "if !known && !login && false {", "./functions/request/request", "TestForWhom"},
	{"show the sensitive output to who filed it", "internal/run/behalf.go", "\t\treturn r.IsFor(p)\n", "\t\treturn r.OwnedBy(p)\n", "./internal/run", "TestIsFor"},
	{"forget whom a form in Slack is for", "internal/slackui/form_values.go", "if d.beneficiary != \"\" {", "if d.beneficiary == \"\\n\" {", "./e2e", "TestSlackPlay/behalf"},
}
