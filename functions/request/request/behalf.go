package request

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// forEmail is the member of a request that names whom it is for.
const forEmail = "for.email"

// readFor reads whom a request is for: an address, "" for the caller. It is checked only
// as far as it is one.
func readFor(body *httpapi.Body) (address string) {
	members := body.Object("for")
	if members == nil {
		return ""
	}
	for name := range members {
		if name != "email" {
			body.Fail("for."+strictjson.ClipName(name), "unknown member")
		}
	}
	if json.Unmarshal(members["email"], &address) != nil || !email.Plain(address) {
		body.Fail(forEmail, "must be the e-mail address of whom the request is for")
		return ""
	}
	return email.Fold(address)
}

// beneficiary returns whom a request is for; nil for the caller. Body has why nobody is:
// who is for no one to know but the directory, or a login that carried the address.
func (s service) beneficiary(ctx context.Context, c *httpapi.Call, f *flow.Flow, body *httpapi.Body, address string) (*run.Person, error) {
	caller := c.Caller.Person
	switch {
	case body.Failed("for", forEmail):
		return nil, nil
	case address == "" && !f.MayAsk(caller):
		body.Fail("for", "it is required: you may request this flow for other people only")
		return nil, nil
	case address == "":
		return nil, nil
	case !f.MayAskForOthers(caller):
		body.Fail("for", "you may not request this flow for somebody else")
		return nil, nil
	}
	p, known := s.Flows.Directory.Beneficiary(address)
	if !known {
		p = s.Flows.Directory.WithTokenGroups(run.Person{ID: address, Email: address}, nil)
	}
	if err := s.Store.Linked(ctx, s.links, &p); err != nil {
		return nil, err
	}
	login := slices.ContainsFunc(p.Links, func(handle string) bool { return !email.Plain(handle) })
	switch {
	case !known && !login:
		body.Fail(forEmail, "unknown person: flows.yaml doesn't list them, and nobody with this address has signed in")
	case p.Crowded:
		body.Fail(forEmail, "is linked to so many logins that it names nobody")
	case run.Same(caller, p):
		body.Fail(forEmail, "is your own; leave it out to request for yourself")
	case !f.MayBeAskedFor(p):
		body.Fail(forEmail, "this flow can't be requested for this person")
	default:
		p = run.Beneficiary(p)
		return &p, nil
	}
	return nil, nil
}
