package githubaccess

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// organization is what a team and a repository have in common.
type organization struct {
	*client
	org    string
	config config
}

// user is an account as GitHub writes it.
type user struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

// account finds the account of a person.
func (o organization) account(ctx context.Context, p strategy.Person) (membership.Account, error) {
	login, err := o.login(ctx, p)
	if err != nil {
		return membership.Account{}, err
	}
	var u user
	_, err = o.Do(ctx, rest.Call{Path: rest.Path("users", login)}, &u)
	switch {
	case rest.NotFound(err), err == nil && (u.ID == 0 || !strings.EqualFold(u.Login, login)):
		return membership.Account{}, strategy.Refused("GitHub has no account %s", login)
	case err != nil:
		return membership.Account{}, err
	case u.Type != "User":
		return membership.Account{}, strategy.Refused("%s is not the account of a person in GitHub", login)
	}
	return membership.Account{ID: strconv.FormatInt(u.ID, 10), Name: u.Login}, nil
}

// login returns a person's login: what the engine knows, what the flow lists, or the
// organization's single sign-on.
func (o organization) login(ctx context.Context, p strategy.Person) (string, error) {
	login := p.Identities["github"]
	if login == "" {
		for address, l := range o.config.Logins {
			if strings.EqualFold(address, p.Email) && p.Email != "" {
				login = l
			}
		}
	}
	if login == "" && o.config.Find == findBySAML && p.Email != "" {
		var err error
		if login, err = o.linked(ctx, p.Email); err != nil {
			return "", err
		}
	}
	switch {
	case login == "":
		return "", strategy.Refused("the GitHub login of %s is unknown; list it in logins of the flow's strategy block", p.ID)
	case !isName(login):
		return "", strategy.Refused("the GitHub login of %s must be a login, got %q", p.ID, login)
	}
	return login, nil
}

// query finds the account that is linked to a name of the organization's identity
// provider.
const query = `query($org: String!, $name: String!) {
  organization(login: $org) {
    samlIdentityProvider { externalIdentities(first: 10, userName: $name) { nodes { samlIdentity { nameId } user { login } } } }
  }
}`

// linked returns the login that single sign-on links to an address, "" for none.
func (o organization) linked(ctx context.Context, address string) (string, error) {
	var out struct {
		Data struct {
			Organization *struct {
				Provider *struct {
					Identities struct {
						Nodes []struct {
							SAML struct {
								NameID string `json:"nameId"`
							} `json:"samlIdentity"`
							User *user `json:"user"`
						} `json:"nodes"`
					} `json:"externalIdentities"`
				} `json:"samlIdentityProvider"`
			} `json:"organization"`
		} `json:"data"`
		Errors []struct {
			Type string `json:"type"`
		} `json:"errors"`
	}
	body := map[string]any{"query": query, "variables": map[string]string{"org": o.org, "name": address}}
	if _, err := o.Do(ctx, rest.Call{Method: http.MethodPost, Path: "/graphql", Body: body}, &out); err != nil {
		return "", err
	}
	switch {
	case len(out.Errors) > 0 && out.Errors[0].Type == "RATE_LIMITED":
		return "", strategy.Later(soonest, "GitHub takes no more calls for now")
	case len(out.Errors) > 0, out.Data.Organization == nil, out.Data.Organization.Provider == nil:
		return "", errNoSAML{o.org}
	}
	login := ""
	for _, n := range out.Data.Organization.Provider.Identities.Nodes {
		if n.User == nil || !strings.EqualFold(n.SAML.NameID, address) {
			continue
		}
		if login != "" && login != n.User.Login {
			return "", strategy.Refused("single sign-on of %s links %s to two accounts", o.org, address)
		}
		login = n.User.Login
	}
	return login, nil
}

type errNoSAML struct{ org string }

func (e errNoSAML) Error() string {
	return "GitHub does not show single sign-on (SAML) of " + e.org + "; check that it is set up, and the rights of the credentials"
}

// current returns the login of an account today. known is false for one that was deleted.
func (o organization) current(ctx context.Context, id string) (login string, known bool, err error) {
	var u user
	_, err = o.Do(ctx, rest.Call{Path: rest.Path("user", id)}, &u)
	if rest.NotFound(err) {
		return "", false, nil
	}
	return u.Login, err == nil && u.Login != "", err
}
