package main

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/okta"
	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// decideByGroups denies members of one Okta group and approves those of another;
// who is in both is denied. While Okta doesn't know, people decide.
func decideByGroups(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	vars := e.Flow.Vars
	client := okta.New(vars.String("okta_url"), secret.Named("okta-token"))
	in := func(name string) (bool, error) {
		group := vars.String(name)
		member, err := client.InGroup(ctx, e.User.Email, group)
		if err != nil {
			return false, err
		}
		return e.Check("in the Okta group "+group, member, ""), nil
	}
	never, err := in("never")
	if err != nil {
		return nil, err
	}
	if never {
		return hook.Deny(fmt.Sprintf("%s is in the group %s.", e.User.Email, vars.String("never"))), nil
	}
	always, err := in("always")
	if err != nil {
		return nil, err
	}
	if always {
		return hook.Approve(fmt.Sprintf("%s is in the group %s.", e.User.Email, vars.String("always"))), nil
	}
	return hook.Continue(), nil
}
