package api

import (
	"context"
	"net/url"
	"time"
)

// SlackAccount is a Slack account and the person whom it is linked to.
type SlackAccount struct {
	// ID names the link, such as T0123ABCD-U0456EFGH: the workspace and the user.
	ID string `json:"id"`
	// Team and User are Slack's ids of the workspace and the user.
	Team string `json:"team"`
	User string `json:"user"`
	// Workspace, Name and Email are what Slack said when the link was made.
	Workspace string `json:"workspace,omitempty"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email"`
	// Person is whom the account acts as.
	Person Person `json:"person"`
	// Linked reports whether the link is made. It is false in the response to a code that
	// is not confirmed.
	Linked bool `json:"linked"`
	// FirstUse reports that the account's first use made the link, by the address alone.
	// With SlackIdentity=bound such a link does not count.
	FirstUse bool `json:"first_use,omitempty"`
	// LinkedAt is when the link was made. Zero without one.
	LinkedAt time.Time `json:"linked_at,omitzero"`
}

// SlackAccountList is the response of GET /slack-accounts.
type SlackAccountList struct {
	// Accounts are up to 100, by address. Never null.
	Accounts []SlackAccount `json:"accounts"`
	// More reports that there are others.
	More bool `json:"more,omitempty"`
}

// SlackLinkInput links a Slack account to the caller.
type SlackLinkInput struct {
	// Code is what /fasttrack link shows in Slack. It works once, within 10 minutes.
	Code string `json:"code"`
	// Confirm makes the link. Without it, the response says what would be linked.
	Confirm bool `json:"confirm,omitempty"`
}

// SlackCode is a code that links a Slack account. Only Slack shows it.
type SlackCode struct {
	Code    string    `json:"code"`
	Expires time.Time `json:"expires"`
}

// SlackAccounts lists the Slack accounts that are linked to the caller, of an admin those
// of everybody if all is set. more reports that there are others.
func (client *Client) SlackAccounts(ctx context.Context, all bool, opts ...CallOption) (accounts []SlackAccount, more bool, err error) {
	c := get("/slack-accounts")
	if all {
		c.query = url.Values{"all": {"true"}}
	}
	list, _, err := decode[SlackAccountList](ctx, client, c, opts)
	if err != nil {
		return nil, false, err
	}
	return list.Accounts, list.More, nil
}

// LinkSlackAccount links the Slack account of a code to the caller. Without Confirm it
// only returns whose account it is.
func (client *Client) LinkSlackAccount(ctx context.Context, in SlackLinkInput, opts ...CallOption) (*SlackAccount, error) {
	a, _, err := decode[SlackAccount](ctx, client, post("/slack-accounts", "", in), opts)
	return a, err
}

// UnlinkSlackAccount ends the link of a Slack account, by its ID.
func (client *Client) UnlinkSlackAccount(ctx context.Context, id string, opts ...CallOption) (*SlackAccount, error) {
	a, _, err := decode[SlackAccount](ctx, client, post("/slack-accounts/"+url.PathEscape(id)+"/unlink", "", nil), opts)
	return a, err
}
