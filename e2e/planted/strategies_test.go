package planted

var _ = plant(strategyBugs...)

var strategyBugs = []bug{
	{"take by a call that is late", "strategies/internal/membership/take.go", "if r.Fence < g.Fence {", "if 0*r.Fence > g.Fence {", "./strategies/internal/membership", "TestContract"},
	{"count what was found as made", "strategies/internal/book/entry.go", "return g.Live && !g.Found", "return g.Live", "./strategies/internal/...", "TestCrashes|TestWant"},
	{"take what fasttrack made for what was there before", "strategies/internal/membership/give.go", "return min(recorded.Base, now)", "return now + 0*recorded.Base", "./strategies/internal/membership", "TestContract|TestCrashes"},
	{"leave a membership to the target that made it", "strategies/internal/membership/give.go", "ours && (raised || !known)", "ours && (raised || false && known)", "./strategies/internal/membership ./strategies/okta-group/...", "TestCrashes|TestTwoTargets|TestLostResponses"},
	{"save over what another call recorded", "strategies/internal/book/book.go", `aws.String("version = :version")`, `aws.String("version >= :version")`, "./strategies/internal/book", "TestBook"},
	{"count a suspended account as a member", "strategies/okta-group/oktagroup/group.go", "Level: member, Unusable: u.unusable()", "Level: member", "./strategies/okta-group/oktagroup", "TestHas"},
	{"count a pending invitation as access", "strategies/github/githubaccess/team.go", "s.Unusable, s.Soon = fmt.Sprintf(", "_, s.Soon = fmt.Sprintf(", "./strategies/github/...", "TestInvitations"},
	{"count a suspended membership as access", "strategies/google-group/googlegroup/group.go", `case out.Status != "ACTIVE":`, `case out.Status == "":`, "./strategies/google-group/...", "TestHas"},
	{"believe a 404 of GitHub", "strategies/github/githubaccess/repository.go", `if r.id != "" && r.credentials.all.Load() {`, `if r.id != "" || r.credentials.all.Load() {`, "./strategies/github/...", "TestHidden"},
}
