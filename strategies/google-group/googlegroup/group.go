package googlegroup

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// group is a group of the organization.
type group struct {
	client *rest.Client
	name   string
	level  int
	// id is Google's, "" until known. It outlasts a new address.
	id string
}

// Key names the membership.
func (g *group) Key() string { return "google-group " + strings.ToLower(g.name) }

// Level is that of the role.
func (g *group) Level() int { return g.level }

// Output is what people see.
func (g *group) Output(a membership.Account) map[string]string {
	return map[string]string{"user": a.Name, "group": g.name, "role": roles[g.level-1], "group_id": g.id}
}

// path is that of the group, with what follows it.
func (g *group) path(segments ...string) string {
	key := g.name
	if g.id != "" {
		key = g.id
	}
	return rest.Path(append([]string{"admin", "directory", "v1", "groups", key}, segments...)...)
}

// user is an account as Google writes it.
type user struct {
	ID        string `json:"id"`
	Address   string `json:"primaryEmail"`
	Suspended bool   `json:"suspended"`
	Archived  bool   `json:"archived"`
}

// Find finds the person's account by its address or an alias, and the group.
func (g *group) Find(ctx context.Context, p strategy.Person) (membership.Account, error) {
	if !strings.Contains(p.Email, "@") {
		return membership.Account{}, strategy.Refused("%s has no e-mail address, so no account in Google", p.ID)
	}
	u, known, err := g.user(ctx, p.Email)
	if rest.HasStatus(err, http.StatusForbidden) {
		// Google refuses to look up an address of another organization.
		if ours, listErr := g.mayRead(ctx); listErr == nil && ours {
			known, err = false, nil
		}
	}
	switch {
	case err != nil:
		return membership.Account{}, err
	case !known:
		return membership.Account{}, strategy.Refused("Google has no account %s", p.Email)
	case u.Suspended, u.Archived:
		return membership.Account{}, strategy.Refused("the account of %s in Google is suspended or archived", p.Email)
	}
	g.id = "" // the group that has the name now
	var out struct {
		ID string `json:"id"`
	}
	_, err = g.client.Do(ctx, rest.Call{Path: g.path()}, &out)
	switch {
	case rest.NotFound(err):
		return membership.Account{}, strategy.Refused("Google has no group %s", g.name)
	case err != nil:
		return membership.Account{}, err
	case out.ID == "":
		return membership.Account{}, fmt.Errorf("%s sent no id of the group %s", service, g.name)
	}
	g.id = out.ID
	return membership.Account{ID: u.ID, Name: u.Address}, nil
}

// user reads an account by an address or its id.
func (g *group) user(ctx context.Context, key string) (u user, known bool, err error) {
	_, err = g.client.Do(ctx, rest.Call{Path: rest.Path("admin", "directory", "v1", "users", key)}, &u)
	switch {
	case rest.NotFound(err):
		return u, false, nil
	case err != nil:
		return u, false, err
	case u.ID == "" || u.Address == "":
		return u, false, fmt.Errorf("%s sent an account without its id", service)
	}
	return u, true, nil
}

// mayRead reports whether the credentials may read the accounts of the organization.
func (g *group) mayRead(ctx context.Context) (bool, error) {
	query := url.Values{"customer": {"my_customer"}, "maxResults": {"1"}, "fields": {"kind"}}
	_, err := g.client.Do(ctx, rest.Call{Path: "/admin/directory/v1/users", Query: query}, nil)
	return err == nil, err
}

// Read reads the membership of an account.
func (g *group) Read(ctx context.Context, id string) (membership.State, error) {
	var out struct {
		Role   string `json:"role"`
		Status string `json:"status"`
	}
	_, err := g.client.Do(ctx, rest.Call{Path: g.path("members", id)}, &out)
	switch {
	case rest.NotFound(err):
		return membership.State{}, g.exists(ctx)
	case err != nil:
		return membership.State{}, err
	}
	s := membership.State{Level: slices.Index(roles, strings.ToLower(out.Role)) + 1}
	switch {
	case s.Level == 0:
		return s, fmt.Errorf("%s sent the unknown role %q of a group", service, out.Role)
	case out.Status != "ACTIVE":
		s.Unusable = fmt.Sprintf("the membership of %s is %s", g.name, out.Status)
	}
	return s, nil
}

// exists is an error if the group is not found by its address: it may have another one.
func (g *group) exists(ctx context.Context) error {
	if g.id != "" {
		return nil
	}
	_, err := g.client.Do(ctx, rest.Call{Path: g.path()}, nil)
	if rest.NotFound(err) {
		return fmt.Errorf("%s has no group %s: it was deleted, or has another address", service, g.name)
	}
	return err
}

// Write grants an account that role, or removes it from the group.
func (g *group) Write(ctx context.Context, id string, level int) error {
	if level == 0 {
		_, err := g.client.Do(ctx, rest.Call{Method: http.MethodDelete, Path: g.path("members", id)}, nil)
		if rest.NotFound(err) {
			return g.exists(ctx)
		}
		return err
	}
	role := strings.ToUpper(roles[level-1])
	_, err := g.client.Do(ctx, rest.Call{Method: http.MethodPatch, Path: g.path("members", id), Body: map[string]string{"role": role}}, nil)
	if !rest.NotFound(err) {
		return err
	}
	u, known, err := g.user(ctx, id)
	switch {
	case err != nil:
		return err
	case !known:
		return strategy.Refused("the account %s was deleted from Google", id)
	}
	_, err = g.client.Do(ctx, rest.Call{Method: http.MethodPost, Path: g.path("members"), Body: map[string]string{"email": u.Address, "role": role}}, nil)
	switch {
	case rest.HasStatus(err, http.StatusConflict):
		return nil // a member already: a response was lost. What it is gets read back
	case rest.NotFound(err):
		return strategy.Refused("Google has no group %s", g.name)
	}
	return err
}

// busy are the reasons of Google's 403 for its quotas:
// https://developers.google.com/workspace/admin/directory/v1/limits
var busy = []string{"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}

// limited recognizes Google's limits, which it reports by 403 or 429.
func limited(status int, header http.Header, body []byte) (wait time.Duration, limited bool) {
	if status == http.StatusTooManyRequests {
		return rest.RetryAfter(header), true
	}
	var e struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if status != http.StatusForbidden || json.Unmarshal(body, &e) != nil || len(e.Error.Errors) == 0 || !slices.Contains(busy, e.Error.Errors[0].Reason) {
		return 0, false
	}
	return rest.RetryAfter(header), true
}
