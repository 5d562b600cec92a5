// Package issuertest is a small OpenID provider for tests of signing in, with a profile
// of each provider that the docs describe.
//
// A test starts one and points the console and the JWT authorizer at its URL:
//
//	issuer := issuertest.Start(t, issuertest.Cognito(), issuertest.Options{})
//	issuer.SignInAs("ada@example.com")
//	signin.New(signin.Options{Issuer: issuer.URL(), ClientID: issuer.ClientID(), …})
//
// Without [Issuer.SignInAs] it shows a page with a link for each of its people, for a
// browser. [Issuer.Tokens] makes tokens without a browser, [Tamper] makes wrong ones.
//
// A profile has the shape that the provider documents: its discovery document, the
// claims of its tokens, what becomes of a refresh token, and which endpoints it lacks.
// It was not compared with the live provider.
package issuertest
