// Package signin is the door of people who sign in with an OpenID provider.
package signin

import (
	_ "github.com/coreos/go-oidc/v3/oidc" // follows
	_ "golang.org/x/oauth2"               // follows
)
