package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/onelogin"
	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// oneLogins holds a client for each account: it keeps its access token from one
// request to the next.
var oneLogins sync.Map

func oneLogin(url string) *onelogin.Client {
	client, there := oneLogins.Load(url)
	if !there {
		client, _ = oneLogins.LoadOrStore(url, onelogin.New(url, secret.Named("onelogin-credentials")))
	}
	return client.(*onelogin.Client)
}

// approveByRole approves who has the flow's role in OneLogin.
func approveByRole(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	role := e.Flow.Vars.String("role")
	has, err := oneLogin(e.Flow.Vars.String("onelogin_url")).HasRole(ctx, e.User.Email, role)
	if err != nil {
		return nil, err
	}
	if !e.Check("has the OneLogin role "+role, has, "") {
		return hook.Continue(), nil
	}
	return hook.Approve(fmt.Sprintf("%s has the role %s.", e.User.Email, role)), nil
}
