// Package githubtest is an organization in GitHub for tests: the part of the REST API that
// the strategy calls, as https://docs.github.com/en/rest describes it.
package githubtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// User is an account.
type User struct {
	ID    int64
	Login string
	Type  string
	// Org is the state of the membership of the organization: "", "pending" or "active".
	Org string
	// SAML is the name that single sign-on links to it.
	SAML string
}

// Invitation is one to the repository.
type Invitation struct {
	ID, User   int64
	Permission string
	Expired    bool
}

// Hub is GitHub with one organization acme, a team readers and a repository site.
type Hub struct {
	URL string

	mu          sync.Mutex
	users       map[int64]*User
	TeamSlug    string
	RepoName    string
	team        map[int64]string // roles by account
	direct      map[int64]string // role names by account
	invitations []Invitation
	orgInvites  map[int64]int64 // accounts by invitation
	tokens      map[string]bool
	page        int
	next        int64
	before      func(http.ResponseWriter, *http.Request) bool
	calls       []string
	// Gone hides the repository, the team, or both.
	GoneRepo, GoneTeam bool
}

// Token is a token that GitHub accepts, Ada the account of ada.
const (
	Token = "github_pat_of_tests"
	Ada   = 101
)

// New serves GitHub with ada in the organization.
func New() (*Hub, *httptest.Server) {
	h := &Hub{
		users: map[int64]*User{Ada: {ID: Ada, Login: "ada-l", Type: "User", Org: "active", SAML: "ada@example.com"}}, TeamSlug: "readers", RepoName: "site",
		team: map[int64]string{}, direct: map[int64]string{}, orgInvites: map[int64]int64{}, tokens: map[string]bool{"Bearer " + Token: true}, page: 2, next: 5000,
	}
	server := httptest.NewServer(h)
	h.URL = server.URL
	return h, server
}

// With changes the hub.
func (h *Hub) With(change func(*Hub)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// Add adds or replaces an account. It is called within [Hub.With].
func (h *Hub) Add(u User) { h.users[u.ID] = &u }

// User returns an account. It is called within [Hub.With].
func (h *Hub) User(id int64) *User { return h.users[id] }

// Delete deletes an account, with all that it has. It is called within [Hub.With].
func (h *Hub) Delete(id int64) {
	delete(h.users, id)
	delete(h.team, id)
	delete(h.direct, id)
}

// SetTeam sets somebody's role in the team, "" for none. It is called within [Hub.With].
func (h *Hub) SetTeam(id int64, role string) { set(h.team, id, role) }

// SetDirect sets somebody's role in the repository, "" for none. It is called within
// [Hub.With].
func (h *Hub) SetDirect(id int64, role string) { set(h.direct, id, role) }

// Invite adds an invitation to the repository. It is called within [Hub.With].
func (h *Hub) Invite(i Invitation) { h.invitations = append(h.invitations, i) }

func set(of map[int64]string, id int64, role string) {
	of[id] = role
	if role == "" {
		delete(of, id)
	}
}

// SetTokens replaces the tokens that GitHub accepts.
func (h *Hub) SetTokens(tokens ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tokens = map[string]bool{}
	for _, t := range tokens {
		h.tokens["Bearer "+t] = true
	}
}

// Before is called before each response; true means that it has responded.
func (h *Hub) Before(before func(http.ResponseWriter, *http.Request) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.before = before
}

// Calls are the methods and paths of all calls.
func (h *Hub) Calls() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.calls)
}

// Has describes what an account has: its role in the team, that in the repository, and
// its invitations.
func (h *Hub) Has(id int64) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var has []string
	if role := h.team[id]; role != "" {
		state := "active"
		if u := h.users[id]; u != nil {
			state = u.Org
		}
		has = append(has, "team "+role+" "+state)
	}
	if role := h.direct[id]; role != "" {
		has = append(has, "repository "+role)
	}
	for _, i := range h.invitations {
		if i.User == id {
			has = append(has, "invitation "+i.Permission)
		}
	}
	for _, account := range h.orgInvites {
		if account == id {
			has = append(has, "invitation to acme")
		}
	}
	return strings.Join(has, ", ")
}

// Accept accepts all invitations of an account.
func (h *Hub) Accept(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users[id].Org = "active"
	for _, i := range h.invitations {
		if i.User == id {
			h.direct[id] = i.Permission
		}
	}
	h.invitations = slices.DeleteFunc(h.invitations, func(i Invitation) bool { return i.User == id })
	for invitation, account := range h.orgInvites {
		if account == id {
			delete(h.orgInvites, invitation)
		}
	}
}

// Fail responds with an error as GitHub writes it.
func Fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message, "documentation_url": "https://docs.github.com/rest"})
}

// ServeHTTP serves the API.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.calls = append(h.calls, r.Method+" "+r.URL.EscapedPath())
	before := h.before
	h.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.tokens[r.Header.Get("Authorization")] {
		Fail(w, http.StatusUnauthorized, "Bad credentials")
		return
	}
	path := r.URL.Path
	for from, to := range map[string]string{"/orgs/acme/teams/" + h.TeamSlug: "/organizations/7/team/9", "/repos/acme/" + h.RepoName: "/repositories/11"} {
		if rest, is := strings.CutPrefix(path, from); is && (rest == "" || rest[0] == '/') {
			path = to + rest
		}
	}
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case path == "/graphql":
		h.graphql(w, r)
	case len(parts) == 2 && parts[0] == "users":
		h.account(w, func(u *User) bool { return strings.EqualFold(u.Login, parts[1]) })
	case len(parts) == 2 && parts[0] == "user":
		h.account(w, func(u *User) bool { return strconv.FormatInt(u.ID, 10) == parts[1] })
	case strings.HasPrefix(path, "/orgs/acme"):
		h.organization(w, r, parts[2:])
	case strings.HasPrefix(path, "/organizations/7/team/9") && !h.GoneTeam:
		h.serveTeam(w, r, parts[4:])
	case strings.HasPrefix(path, "/repositories/11") && !h.GoneRepo:
		h.serveRepository(w, r, parts[2:])
	default:
		Fail(w, http.StatusNotFound, "Not Found")
	}
}

func (h *Hub) account(w http.ResponseWriter, is func(*User) bool) {
	for _, u := range h.users {
		if is(u) {
			write(w, http.StatusOK, shown(u))
			return
		}
	}
	Fail(w, http.StatusNotFound, "Not Found")
}

func shown(u *User) map[string]any {
	return map[string]any{"id": u.ID, "login": u.Login, "type": u.Type}
}

// byLogin returns an account, nil for none.
func (h *Hub) byLogin(login string) *User {
	for _, u := range h.users {
		if strings.EqualFold(u.Login, login) {
			return u
		}
	}
	return nil
}

// organization serves /orgs/acme/….
func (h *Hub) organization(w http.ResponseWriter, r *http.Request, parts []string) {
	switch {
	case len(parts) == 1 && parts[0] == "teams" && r.Method == http.MethodGet:
		write(w, http.StatusOK, []any{})
	case len(parts) == 2 && parts[0] == "memberships" && r.Method == http.MethodGet:
		u := h.byLogin(parts[1])
		if u == nil || u.Org == "" {
			Fail(w, http.StatusNotFound, "Not Found")
			return
		}
		write(w, http.StatusOK, map[string]string{"state": u.Org, "role": "member"})
	case len(parts) == 1 && parts[0] == "invitations" && r.Method == http.MethodGet:
		var list []any
		for id, account := range h.orgInvites {
			teams := 0
			if h.team[account] != "" {
				teams = 1
			}
			list = append(list, map[string]any{"id": id, "login": h.users[account].Login, "team_count": teams})
		}
		h.write(w, r, list)
	case len(parts) == 2 && parts[0] == "invitations" && r.Method == http.MethodDelete:
		id, _ := strconv.ParseInt(parts[1], 10, 64)
		h.users[h.orgInvites[id]].Org = ""
		delete(h.orgInvites, id)
		w.WriteHeader(http.StatusNoContent)
	default:
		Fail(w, http.StatusNotFound, "Not Found")
	}
}

// serveTeam serves the team.
func (h *Hub) serveTeam(w http.ResponseWriter, r *http.Request, parts []string) {
	if len(parts) == 0 {
		write(w, http.StatusOK, map[string]any{"id": 9, "slug": h.TeamSlug, "organization": map[string]any{"id": 7}})
		return
	}
	u := h.byLogin(parts[1])
	if u == nil {
		Fail(w, http.StatusNotFound, "Not Found")
		return
	}
	var in struct {
		Role string `json:"role"`
	}
	switch r.Method {
	case http.MethodGet:
		if h.team[u.ID] == "" {
			Fail(w, http.StatusNotFound, "Not Found")
			return
		}
	case http.MethodPut:
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Role != "member" && in.Role != "maintainer" {
			Fail(w, http.StatusUnprocessableEntity, "Validation Failed")
			return
		}
		h.team[u.ID] = in.Role
		if u.Org == "" {
			u.Org = "pending"
			h.next++
			h.orgInvites[h.next] = u.ID
		}
	case http.MethodDelete:
		if h.team[u.ID] == "" {
			Fail(w, http.StatusNotFound, "Not Found")
			return
		}
		delete(h.team, u.ID)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	write(w, http.StatusOK, map[string]string{"state": u.Org, "role": h.team[u.ID]})
}

// names are GitHub's names of permissions where it writes them, from the lowest.
var (
	names       = []string{"read", "triage", "write", "maintain", "admin"}
	permissions = []string{"pull", "triage", "push", "maintain", "admin"}
)

// serveRepository serves the repository.
func (h *Hub) serveRepository(w http.ResponseWriter, r *http.Request, parts []string) {
	switch {
	case len(parts) == 0:
		write(w, http.StatusOK, map[string]any{"id": 11, "name": h.RepoName, "archived": false})
	case len(parts) == 1 && parts[0] == "collaborators" && r.URL.Query().Get("affiliation") == "direct":
		var list []any
		for _, id := range slices.Sorted(maps.Keys(h.direct)) {
			level := slices.Index(names, h.direct[id])
			may := map[string]bool{}
			for i, p := range permissions {
				may[p] = i <= level || level < 0 && i == 0 // a custom role has at least pull
			}
			list = append(list, map[string]any{"id": id, "login": h.users[id].Login, "role_name": h.direct[id], "permissions": may})
		}
		h.write(w, r, list)
	case len(parts) == 1 && parts[0] == "invitations":
		var list []any
		for _, i := range h.invitations {
			list = append(list, map[string]any{"id": i.ID, "permissions": i.Permission, "expired": i.Expired, "invitee": shown(h.users[i.User])})
		}
		h.write(w, r, list)
	case len(parts) == 2 && parts[0] == "invitations" && r.Method == http.MethodDelete:
		id, _ := strconv.ParseInt(parts[1], 10, 64)
		h.invitations = slices.DeleteFunc(h.invitations, func(i Invitation) bool { return i.ID == id })
		w.WriteHeader(http.StatusNoContent)
	case len(parts) == 2 && parts[0] == "collaborators":
		h.collaborate(w, r, h.byLogin(parts[1]))
	default:
		Fail(w, http.StatusNotFound, "Not Found")
	}
}

// collaborate adds, changes or removes a collaborator.
func (h *Hub) collaborate(w http.ResponseWriter, r *http.Request, u *User) {
	var in struct {
		Permission string `json:"permission"`
	}
	switch {
	case u == nil:
		Fail(w, http.StatusNotFound, "Not Found")
		return
	case r.Method == http.MethodDelete:
		delete(h.direct, u.ID)
	case json.NewDecoder(r.Body).Decode(&in) != nil || slices.Index(permissions, in.Permission) < 0:
		Fail(w, http.StatusUnprocessableEntity, "Validation Failed")
		return
	case u.Org == "active" || h.direct[u.ID] != "":
		h.direct[u.ID] = names[slices.Index(permissions, in.Permission)]
	default:
		h.next++
		h.invitations = append(h.invitations, Invitation{ID: h.next, User: u.ID, Permission: names[slices.Index(permissions, in.Permission)]})
		write(w, http.StatusCreated, map[string]any{"id": h.next})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// graphql responds to the look-up of single sign-on.
func (h *Hub) graphql(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Variables struct{ Org, Name string }
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	nodes := []any{}
	for _, u := range h.users {
		if in.Variables.Org == "acme" && u.SAML != "" && u.SAML == in.Variables.Name {
			nodes = append(nodes, map[string]any{"samlIdentity": map[string]string{"nameId": u.SAML}, "user": map[string]string{"login": u.Login}})
		}
	}
	write(w, http.StatusOK, map[string]any{"data": map[string]any{"organization": map[string]any{"samlIdentityProvider": map[string]any{"externalIdentities": map[string]any{"nodes": nodes}}}}})
}

// write writes a page of a list.
func (h *Hub) write(w http.ResponseWriter, r *http.Request, list []any) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	from := min(max(page-1, 0)*h.page, len(list))
	to := min(from+h.page, len(list))
	if to < len(list) {
		query := r.URL.Query()
		query.Set("page", strconv.Itoa(max(page, 1)+1))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next", <%s%s?page=99>; rel="last"`, h.URL, r.URL.EscapedPath(), query.Encode(), h.URL, url.PathEscape(r.URL.Path)))
	}
	if list == nil {
		list = []any{}
	}
	write(w, http.StatusOK, list[from:to])
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
