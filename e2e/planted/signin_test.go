package planted

var _ = plant(signInBugs...)

var signInBugs = []bug{
	{"accept the ID token of another sign-in", "internal/console/signin/verify.go", "subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1", "subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) > 1", "./internal/console/signin", "TestResponsesThatAreRefused"},
	{"accept the callback of another sign-in", "internal/console/signin/start.go", "subtle.ConstantTimeCompare([]byte(s.state), []byte(state)) != 1", "subtle.ConstantTimeCompare([]byte(s.state), []byte(state)) > 1", "./internal/console/signin", "TestLoginCSRF"},
	{"let a callback count twice", "internal/console/signin/start.go", "\tsetCookie(w, startCookie+slot, \"\", 0)\n", "", "./internal/console/signin", "TestCallbackCountsOnce"},
	{"let a sign-in take for ever", "internal/console/signin/start.go", "age >= 0 && age < startLife", "age >= 0 || age < startLife", "./internal/console/signin", "TestSignInTakes"},
	{"send a code of another issuer on", "internal/console/signin/callback.go", "iss[0] != d.Issuer", "iss[0] == \"\"", "./internal/console/signin", "TestResponsesThatAreRefused"},
	{"accept a token that another client may use", "internal/console/signin/verify.go", "claims.AZP != \"\" && claims.AZP != d.ClientID", "claims.AZP == d.Issuer", "./internal/console/signin", "TestResponsesThatAreRefused"},
	{"extend a session by a refresh", "internal/console/signin/verify.go", "newSession(raw, refresh, now, id.Expiry, s.ends)", "newSession(raw, refresh, now, id.Expiry, now.Add(d.SessionLength))", "./internal/console/signin", "TestSessionEnds"},
	{"take another person's refreshed token", "internal/console/signin/verify.go", "before.Subject != id.Subject", "before.Subject == \"\"", "./internal/console/signin", "TestRefreshedTokenOfAnother"},
	{"refresh for a poll", "internal/console/signin/door.go", "return !console.IsPoll(r) && (", "return (", "./internal/console/signin", "TestPollsNeverRefresh"},
	{"refresh without waiting for other tabs", "internal/console/signin/renew.go", "\t\td.Sleep(r.Context(), settle)\n\t\tstep(mine, \"settled\", waited)\n", "\t\tstep(mine, \"settled\", waited)\n", "./internal/console/signin", "TestTabs"},
	{"sign out without revoking", "internal/console/signin/signout.go", "if err = d.revoke(ctx, s); err != nil {", "if err = d.revoke(ctx, session{token: s.token}); err != nil {", "./internal/console/signin", "TestEachProvider"},
	{"leave a cookie of a session", "internal/console/signin/cookies.go", "func deleteSession(w http.ResponseWriter) {\n\tfor i := range maxChunks {", "func deleteSession(w http.ResponseWriter) {\n\tfor i := range maxChunks - 1 {", "./internal/console/signin", "TestSignOut"},
	{"go round in circles with a token that the API refuses", "internal/console/signin/start.go", "case s.usable(d.Now()):", "case s.over(d.Now()):", "./internal/console/signin", "TestAPIThatRefusesTheToken"},
	{"return to another site after a sign-in", "internal/console/returnto.go", "!strings.HasPrefix(u.Path, home)", "u.Path == \"\"", "./internal/console", "TestReturnTo|FuzzReturnTo"},
	{"read the keys again for every forged cookie", "internal/console/signin/kept.go", "k.notOlder(ctx, keptAtLeast)", "k.notOlder(ctx, 0)", "./internal/console/signin", "TestKeysAreRotated"},
}
