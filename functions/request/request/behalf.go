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

// readFor reads whom a request is for: an address, "" for the caller. It is checked only
// as far as it is one.
func readFor(body *httpapi.Body) (address string) {
	members := body.Object(flow.For)
	if members == nil {
		return ""
	}
	for name := range members {
		if name != "email" {
			body.Fail(flow.For+"."+strictjson.ClipName(name), "unknown member")
		}
	}
	if json.Unmarshal(members["email"], &address) != nil || !email.Plain(address) {
		body.Fail(flow.ForEmail, "must be the e-mail address of whom the request is for")
		return ""
	}
	return email.Fold(address)
}

// beneficiary returns whom a request is for; nil for the caller. Body has why nobody is:
// who is for no one to know but the directory, or a login that carried the address.
func (s service) beneficiary(ctx context.Context, c *httpapi.Call, f *flow.Flow, body *httpapi.Body, address string) (*run.Person, error) {
	if body.Failed(flow.For, flow.ForEmail) {
		return nil, nil
	}
	caller := c.Caller.Person
	if wrong := f.CheckFor(caller, address); wrong != nil || address == "" {
		fail(body, wrong)
		return nil, nil
	}
	p, known := s.Flows.Directory.Addressee(address)
	if err := s.Store.Linked(ctx, s.links, &p); err != nil {
		return nil, err
	}
	login := slices.ContainsFunc(p.Links, func(handle string) bool { return !email.Plain(handle) })
	if !known && !login {
		body.Fail(flow.ForEmail, "unknown person: flows.yaml doesn't list them, and nobody with this address has signed in")
		return nil, nil
	}
	if wrong := f.CheckBeneficiary(caller, p); wrong != nil {
		fail(body, wrong)
		return nil, nil
	}
	p = run.Beneficiary(p)
	return &p, nil
}

// fail adds what is wrong with a member to the response; nil is nothing.
func fail(body *httpapi.Body, wrong *flow.FieldError) {
	if wrong != nil {
		body.Fail(wrong.Field, "%s", wrong.Detail)
	}
}
