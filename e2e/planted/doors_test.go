package planted

var _ = plant(doorBugs...)

var doorBugs = []bug{
	{"take a session's name for a person beside tokens", "internal/httpapi/doors.go", "if err == nil && !who.Machine && !who.Mapped {", "if false {", "./internal/httpapi", "TestSigningBesidePeople"},
	{"take a member of a listed group for a person beside tokens", "internal/httpapi/doors.go", "!who.Machine && !who.Mapped {", "!who.Machine && !who.Mapped && len(who.Groups) == 0 {", "./internal/httpapi", "TestSigningBesidePeople"},
	{"let a token in where callers sign", "internal/httpapi/doors.go", "if _, people := cutPeople(ev.RouteKey); people {", "if _, people := cutPeople(ev.RouteKey); people || ev.RequestContext.Authorizer.JWT != nil {", "./internal/httpapi", "TestDoorsTakeTheirOwnProof"},
	{"lead people to the address of callers that sign", "internal/httpapi/base.go", "return c.base() + c.door + path", "return c.base() + path", "./internal/httpapi", "TestPathsOfDoors"},
	{"serve /people in every deployment", "internal/httpapi/doors.go", "people && a.hasDoors()", "people", "./internal/httpapi", "TestPathsOfDoors"},
	{"take the host that a request states", "functions/console/console/handler.go", "u.RequestURI(), h.Host", "u.RequestURI(), ev.RequestContext.DomainName", "./functions/console/console", "TestRequests"},
	{"log the code of a sign-in", "functions/console/console/handler.go", `"path", ev.RawPath, "status"`, `"path", ev.RawPath+"?"+ev.RawQueryString, "status"`, "./functions/console/console", "TestPanicsAndLogs"},
	{"seal cookies with a short key", "functions/console/console/secrets.go", "if len(word) < minKey {", "if word == \"\" {", "./functions/console/console", "TestKeys"},
	{"verify no signature of a token", "localaws/gateway/verify.go", "SkipExpiryCheck: true}", "SkipExpiryCheck: true, InsecureSkipSignatureCheck: true}", "./localaws/gateway", "TestTokensAreVerified"},
	{"take a token of any audience", "localaws/gateway/verify.go", "return is && slices.Contains(v.authorizer.Audience, name)", "return is && name != \"\"", "./localaws/gateway", "TestTokensAreVerified"},
	{"take a token that has expired", "localaws/gateway/verify.go", "case *exp <= now:", "case *exp <= 0:", "./localaws/gateway", "TestTokensAreVerified"},
}
