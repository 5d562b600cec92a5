// Package signin is the door of people who sign in with an OpenID provider: the
// authorization code flow with PKCE.
//
// The server stores no sessions. The token that the API takes, and the refresh token, are
// sealed in cookies of the browser, for which the server holds the key.
//
// A file for each step: start.go sends the browser to the provider, callback.go is where
// it comes back, renew.go refreshes the token, signout.go ends the session.
package signin
