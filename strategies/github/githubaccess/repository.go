package githubaccess

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// repository is a repository of an organization.
type repository struct {
	organization
	name  string
	level int
	// id is the repository's, "" until known. It outlasts a new name.
	id string
}

// roles are GitHub's names of permissions where it writes them.
var roles = []string{"read", "triage", "write", "maintain", "admin"}

// Key names the access.
func (r *repository) Key() string {
	return "github " + r.url + " repository " + strings.ToLower(r.org+"/"+r.name)
}

// Level is that of the permission.
func (r *repository) Level() int { return r.level }

// Output is what people see.
func (r *repository) Output(a membership.Account) map[string]string {
	return map[string]string{
		"user": a.Name, "repository": r.org + "/" + r.name, "permission": permissions[r.level-1], "repository_id": r.id,
	}
}

// path is that of the repository, with what follows it.
func (r *repository) path(segments ...string) string {
	if r.id != "" {
		return rest.Path(append([]string{"repositories", r.id}, segments...)...)
	}
	return rest.Path(append([]string{"repos", r.org, r.name}, segments...)...)
}

// Find finds the person's account and the repository.
func (r *repository) Find(ctx context.Context, p strategy.Person) (membership.Account, error) {
	a, err := r.account(ctx, p)
	if err != nil {
		return a, err
	}
	r.id = "" // the repository that has the name now
	var out struct {
		ID       int64 `json:"id"`
		Archived bool  `json:"archived"`
	}
	_, err = r.Do(ctx, rest.Call{Path: r.path()}, &out)
	switch {
	case rest.NotFound(err):
		return a, strategy.Refused("GitHub shows no repository %s/%s: it is unknown, or the credentials may not see it", r.org, r.name)
	case rest.HasStatus(err, http.StatusMovedPermanently):
		return a, strategy.Refused("the repository %s/%s has another name or owner now", r.org, r.name)
	case err != nil:
		return a, err
	case out.ID == 0:
		return a, fmt.Errorf("GitHub sent no id of the repository %s", r.name)
	case out.Archived:
		return a, strategy.Refused("the repository %s/%s is archived", r.org, r.name)
	}
	r.id = strconv.FormatInt(out.ID, 10)
	c, err := r.collaborator(ctx, a.ID)
	if err == nil && c != nil && !slices.Contains(roles, c.Role) {
		return a, strategy.Refused("%s has the custom role %q in %s/%s, which could not be restored", a.Name, c.Role, r.org, r.name)
	}
	return a, err
}

// collaborator is somebody with a role of their own in the repository.
type collaborator struct {
	ID          int64           `json:"id"`
	Role        string          `json:"role_name"`
	Permissions map[string]bool `json:"permissions"`
}

// levelOf is the highest permission that a collaborator has.
func (c collaborator) levelOf() int {
	for level := len(permissions); level > 0; level-- {
		if c.Permissions[permissions[level-1]] {
			return level
		}
	}
	return slices.Index(roles, c.Role) + 1
}

// collaborator finds an account among those with a role of their own, nil for none.
func (r *repository) collaborator(ctx context.Context, id string) (*collaborator, error) {
	query := url.Values{"affiliation": {"direct"}, "per_page": {"100"}}
	for page, err := range rest.Pages[[]collaborator](ctx, r.Client, r.path("collaborators"), query) {
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if strconv.FormatInt(c.ID, 10) == id {
				return &c, nil
			}
		}
	}
	return nil, nil
}

// invitation is one that is open, or has expired.
type invitation struct {
	ID         int64  `json:"id"`
	Permission string `json:"permissions"`
	Expired    bool   `json:"expired"`
	Invitee    *user  `json:"invitee"`
}

// invitations are those of an account.
func (r *repository) invitations(ctx context.Context, id string) (found []invitation, err error) {
	for page, err := range rest.Pages[[]invitation](ctx, r.Client, r.path("invitations"), url.Values{"per_page": {"100"}}) {
		if err != nil {
			return nil, err
		}
		for _, i := range page {
			if i.Invitee != nil && strconv.FormatInt(i.Invitee.ID, 10) == id {
				found = append(found, i)
			}
		}
	}
	return found, nil
}

// Read reads the role of an account, or that of an invitation.
func (r *repository) Read(ctx context.Context, id string) (membership.State, error) {
	c, err := r.collaborator(ctx, id)
	switch {
	case rest.NotFound(err):
		return membership.State{}, r.missing()
	case err != nil:
		return membership.State{}, err
	case c != nil && c.levelOf() == 0:
		return membership.State{}, fmt.Errorf("GitHub sent the unknown role %q in a repository", c.Role)
	case c != nil:
		return membership.State{Level: c.levelOf()}, nil
	}
	open, err := r.invitations(ctx, id)
	if err != nil {
		return membership.State{}, err
	}
	s := membership.State{}
	for _, i := range open {
		if level := slices.Index(roles, i.Permission) + 1; !i.Expired && level > s.Level {
			s = membership.State{Level: level, Soon: true, Unusable: fmt.Sprintf("%s has not accepted the invitation to %s/%s yet", i.Invitee.Login, r.org, r.name)}
		}
	}
	return s, nil
}

// missing is an error unless it is certain that the repository was deleted: GitHub also
// sends 404 for what the credentials may not see.
func (r *repository) missing() error {
	if r.id != "" && r.credentials.all.Load() {
		return nil
	}
	return fmt.Errorf("GitHub shows no repository %s/%s: it was renamed or deleted, or the credentials may not see it", r.org, r.name)
}

// Write grants an account that permission, or removes it and its invitations.
func (r *repository) Write(ctx context.Context, id string, level int) error {
	login, known, err := r.current(ctx, id)
	switch {
	case err != nil:
		return err
	case !known && level > 0:
		return strategy.Refused("the account %s was deleted from GitHub", id)
	case !known:
		return nil
	}
	open, err := r.invitations(ctx, id)
	if err != nil {
		return err
	}
	// An invitation keeps its permission, and may have expired: it is made anew.
	for _, i := range open {
		_, err := r.Do(ctx, rest.Call{Method: http.MethodDelete, Path: r.path("invitations", strconv.FormatInt(i.ID, 10))}, nil)
		if err != nil && !rest.NotFound(err) {
			return err
		}
	}
	call := rest.Call{Method: http.MethodDelete, Path: r.path("collaborators", login)}
	if level > 0 {
		call.Method, call.Body = http.MethodPut, map[string]string{"permission": permissions[level-1]}
	}
	_, err = r.Do(ctx, call, nil)
	if rest.NotFound(err) && level == 0 {
		return nil
	}
	return err
}
