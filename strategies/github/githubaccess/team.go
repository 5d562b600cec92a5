package githubaccess

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// soonest is when to retry after a limit without a time.
const soonest = time.Minute

// team is a team of an organization.
type team struct {
	organization
	slug  string
	level int
	// orgID and id are those of the team, "" until known. They outlast a new name.
	orgID, id string
}

// Key names the membership.
func (t *team) Key() string {
	return "github " + t.url + " team " + strings.ToLower(t.org+"/"+t.slug)
}

// Level is that of the role.
func (t *team) Level() int { return t.level }

// Output is what people see.
func (t *team) Output(a membership.Account) map[string]string {
	return map[string]string{
		"user": a.Name, "org": t.org, "team": t.slug, "role": teamRoles[t.level-1], "org_id": t.orgID, "team_id": t.id,
	}
}

// path is that of the team, with what follows it.
func (t *team) path(segments ...string) string {
	if t.id != "" && t.orgID != "" {
		return rest.Path(append([]string{"organizations", t.orgID, "team", t.id}, segments...)...)
	}
	return rest.Path(append([]string{"orgs", t.org, "teams", t.slug}, segments...)...)
}

// Find finds the person's account and the team.
func (t *team) Find(ctx context.Context, p strategy.Person) (membership.Account, error) {
	a, err := t.account(ctx, p)
	if err != nil {
		return a, err
	}
	t.id, t.orgID = "", "" // the team that has the name now
	if found, err := t.resolve(ctx); err != nil {
		return a, err
	} else if !found {
		return a, strategy.Refused("GitHub has no team %s in %s", t.slug, t.org)
	}
	if t.config.Invite {
		return a, nil
	}
	state, err := t.inOrganization(ctx, a.Name)
	switch {
	case err != nil:
		return a, err
	case state == "":
		return a, strategy.Refused("%s is not in the organization %s; an owner may invite them, or the flow may set invite", a.Name, t.org)
	}
	return a, nil
}

// resolve finds the ids of the team by its names.
func (t *team) resolve(ctx context.Context) (found bool, err error) {
	var out struct {
		ID           int64 `json:"id"`
		Organization struct {
			ID int64 `json:"id"`
		} `json:"organization"`
	}
	_, err = t.Do(ctx, rest.Call{Path: t.path()}, &out)
	switch {
	case rest.NotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case out.ID == 0 || out.Organization.ID == 0:
		return false, fmt.Errorf("GitHub sent no ids of the team %s", t.slug)
	}
	t.id, t.orgID = strconv.FormatInt(out.ID, 10), strconv.FormatInt(out.Organization.ID, 10)
	return true, nil
}

// inOrganization returns the state of somebody's membership of the organization, "" for
// none.
func (t *team) inOrganization(ctx context.Context, login string) (state string, err error) {
	var out struct {
		State string `json:"state"`
	}
	_, err = t.Do(ctx, rest.Call{Path: rest.Path("orgs", t.org, "memberships", login)}, &out)
	if rest.NotFound(err) {
		return "", nil
	}
	return out.State, err
}

// Read reads the membership of an account.
func (t *team) Read(ctx context.Context, id string) (membership.State, error) {
	login, known, err := t.current(ctx, id)
	if err != nil || !known {
		return membership.State{}, err
	}
	var out struct {
		State string `json:"state"`
		Role  string `json:"role"`
	}
	_, err = t.Do(ctx, rest.Call{Path: t.path("memberships", login)}, &out)
	switch {
	case rest.NotFound(err):
		return membership.State{}, t.exists(ctx)
	case err != nil:
		return membership.State{}, err
	}
	s := membership.State{Level: slices.Index(teamRoles, out.Role) + 1}
	switch {
	case s.Level == 0:
		return s, fmt.Errorf("GitHub sent the unknown role %q of a team", out.Role)
	case out.State == "pending":
		s.Unusable, s.Soon = fmt.Sprintf("%s has not accepted the invitation to %s yet", login, t.org), true
	case out.State != "active":
		return s, fmt.Errorf("GitHub sent the unknown state %q of a membership", out.State)
	}
	return s, nil
}

// exists is an error if it is uncertain whether the team is there: GitHub also sends 404
// for what the credentials may not see.
func (t *team) exists(ctx context.Context) error {
	if t.id == "" {
		if found, err := t.resolve(ctx); err != nil || found {
			return err
		}
		return fmt.Errorf("GitHub shows no team %s in %s: it was renamed or deleted, or the credentials may not see it", t.slug, t.org)
	}
	_, err := t.Do(ctx, rest.Call{Path: rest.Path("orgs", t.org, "teams"), Query: url.Values{"per_page": {"1"}}}, nil)
	if rest.NotFound(err) {
		return fmt.Errorf("GitHub shows no teams of %s: it was renamed or deleted, or the credentials may not see it", t.org)
	}
	return err
}

// Write grants an account that role, or removes it from the team.
func (t *team) Write(ctx context.Context, id string, level int) error {
	login, known, err := t.current(ctx, id)
	switch {
	case err != nil:
		return err
	case !known && level > 0:
		return strategy.Refused("the account %s was deleted from GitHub", id)
	case !known:
		return nil
	}
	if level > 0 {
		_, err := t.Do(ctx, rest.Call{Method: http.MethodPut, Path: t.path("memberships", login), Body: map[string]string{"role": teamRoles[level-1]}}, nil)
		return err
	}
	if _, err := t.Do(ctx, rest.Call{Method: http.MethodDelete, Path: t.path("memberships", login)}, nil); err != nil && !rest.NotFound(err) {
		return err
	}
	return t.withdraw(ctx, login)
}

// withdraw withdraws an invitation to the organization which is for no team any more, if
// the flow invites.
func (t *team) withdraw(ctx context.Context, login string) error {
	if !t.config.Invite {
		return nil
	}
	type invitation struct {
		ID        int64  `json:"id"`
		Login     string `json:"login"`
		TeamCount int    `json:"team_count"`
	}
	path := rest.Path("orgs", t.org, "invitations")
	for page, err := range rest.Pages[[]invitation](ctx, t.Client, path, url.Values{"per_page": {"100"}}) {
		if err != nil {
			return err
		}
		for _, i := range page {
			if !strings.EqualFold(i.Login, login) || i.TeamCount > 0 {
				continue
			}
			_, err := t.Do(ctx, rest.Call{Method: http.MethodDelete, Path: path + rest.Path(strconv.FormatInt(i.ID, 10))}, nil)
			if err != nil && !rest.NotFound(err) {
				return err
			}
		}
	}
	return nil
}
