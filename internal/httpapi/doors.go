package httpapi

import (
	"context"
	"strings"
)

// peoplePath begins the routes for people with a token, in a deployment whose other
// callers sign: a route of an HTTP API takes one kind of authorization.
const peoplePath = "/people"

// doors identify the callers of such a deployment, by the route that API Gateway chose.
// The authorizer of that route must be the one that verified the caller.
type doors struct {
	signed *iamIdentifier
	people jwtIdentifier
}

// Identify returns who calls. A signature alone proves no person here: that the same
// person also comes with a token is for the directory to say, so an identity that no
// entry of its people names is a machine.
func (d doors) Identify(ctx context.Context, ev Event) (Identity, error) {
	if _, people := cutPeople(ev.RouteKey); people {
		return d.people.Identify(ctx, ev)
	}
	who, err := d.signed.Identify(ctx, ev)
	if err == nil && !who.Machine && !who.Mapped {
		who.Machine = true
		who.note("People sign in with a token here. Without an entry in the directory's people that names it, a signing identity is a machine's, which never decides.")
	}
	return who, err
}

// cutPeople returns the key of a route without the path of people, and whether it has it.
func cutPeople(key string) (string, bool) {
	method, path, _ := strings.Cut(key, " ")
	inner, people := strings.CutPrefix(path, peoplePath+"/")
	if !people {
		return key, false
	}
	return method + " /" + inner, true
}

// hasDoors reports whether people come with a token beside callers that sign.
func (a *API) hasDoors() bool {
	_, two := a.Identify.(doors)
	return two
}

// door returns the path before the routes of this call, "" or /people. Without two
// doors /people is no route.
func (a *API) door(key string) string {
	if _, people := cutPeople(key); people && a.hasDoors() {
		return peoplePath
	}
	return ""
}

// Servers returns where callers see the API: those that sign, or all callers, and then
// people with a token if they have an address of their own.
func (c *Call) Servers() []string {
	root := strings.TrimSuffix(c.URL(), "/")
	if !c.twoDoors {
		return []string{c.URL()}
	}
	return []string{root, root + peoplePath}
}
