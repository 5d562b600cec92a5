// Package googletest is Google Workspace for tests: the part of the Directory API, and of
// the services for tokens, that the strategy calls, as
// https://developers.google.com/workspace/admin/directory/reference/rest/v1 describes it.
package googletest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// User is an account.
type User struct {
	ID, Address         string
	Aliases             []string
	Suspended, Archived bool
}

// Google is an organization with the domain example.com and a group.
type Google struct {
	URL string

	mu      sync.Mutex
	users   []*User
	Group   Group
	tokens  map[string]bool
	before  func(http.ResponseWriter, *http.Request) bool
	calls   []string
	members map[string]string
}

// Group is the group; the zero ID is one that was deleted.
type Group struct{ ID, Address string }

// GroupID and GroupAddress are those of the group, Ada is the id of ada's account, and
// Token a token that Google accepts.
const (
	GroupID      = "01abcdef23456"
	GroupAddress = "prod-readers@example.com"
	Ada          = "110000000000000000001"
	Token        = "ya29.of-tests"
)

// New serves Google with ada's account.
func New() (*Google, *httptest.Server) {
	g := &Google{
		users: []*User{{ID: Ada, Address: "ada@example.com", Aliases: []string{"lovelace@example.com"}}}, Group: Group{GroupID, GroupAddress},
		tokens: map[string]bool{"Bearer " + Token: true}, members: map[string]string{},
	}
	server := httptest.NewServer(g)
	g.URL = server.URL
	return g, server
}

// With changes Google.
func (g *Google) With(change func(*Google)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
}

// Add adds an account. It is called within [Google.With].
func (g *Google) Add(u User) { g.users = append(g.users, &u) }

// User returns ada's account. It is called within [Google.With].
func (g *Google) User() *User { return g.users[0] }

// Delete deletes an account and its memberships. It is called within [Google.With].
func (g *Google) Delete(id string) {
	g.users = slices.DeleteFunc(g.users, func(u *User) bool { return u.ID == id })
	delete(g.members, id)
}

// Set sets somebody's role in the group, "" for none. It is called within [Google.With].
func (g *Google) Set(id, role string) {
	g.members[id] = role
	if role == "" {
		delete(g.members, id)
	}
}

// Role returns somebody's role in the group, "" for none.
func (g *Google) Role(id string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.members[id]
}

// SetTokens replaces the tokens that Google accepts.
func (g *Google) SetTokens(tokens ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens = map[string]bool{}
	for _, t := range tokens {
		g.tokens["Bearer "+t] = true
	}
}

// Before is called before each response; true means that it has responded.
func (g *Google) Before(before func(http.ResponseWriter, *http.Request) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before = before
}

// Calls are the methods and paths of all calls.
func (g *Google) Calls() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.calls)
}

// Fail responds with an error as Google writes it.
func Fail(w http.ResponseWriter, status int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"code": status, "message": message, "errors": []any{map[string]string{"domain": "global", "reason": reason, "message": message}},
	}})
}

// ServeHTTP serves the APIs.
func (g *Google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.calls = append(g.calls, r.Method+" "+r.URL.EscapedPath())
	before := g.before
	g.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	path, ours := strings.CutPrefix(r.URL.Path, "/admin/directory/v1/")
	if !ours {
		Fail(w, http.StatusBadRequest, "invalid_grant", "invalid_grant")
		return
	}
	if !g.tokens[r.Header.Get("Authorization")] {
		Fail(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
		return
	}
	parts := strings.Split(path, "/")
	switch {
	case path == "users":
		Write(w, map[string]string{"kind": "admin#directory#users"})
	case len(parts) == 2 && parts[0] == "users":
		g.user(w, parts[1])
	case parts[0] == "groups" && (g.Group.ID == "" || parts[1] != g.Group.ID && !strings.EqualFold(parts[1], g.Group.Address)):
		Fail(w, http.StatusNotFound, "notFound", "Resource Not Found: groupKey")
	case len(parts) == 2:
		Write(w, map[string]string{"kind": "admin#directory#group", "id": g.Group.ID, "email": g.Group.Address})
	case len(parts) == 3 && r.Method == http.MethodPost:
		g.insert(w, r)
	case len(parts) == 4:
		g.member(w, r, parts[3])
	default:
		Fail(w, http.StatusBadRequest, "badRequest", "Bad Request")
	}
}

// find finds an account by its id, its address or an alias.
func (g *Google) find(key string) *User {
	for _, u := range g.users {
		if u.ID == key || strings.EqualFold(u.Address, key) || slices.Contains(u.Aliases, key) {
			return u
		}
	}
	return nil
}

func (g *Google) user(w http.ResponseWriter, key string) {
	u := g.find(key)
	switch {
	case u != nil:
		Write(w, map[string]any{"id": u.ID, "primaryEmail": u.Address, "suspended": u.Suspended, "archived": u.Archived, "aliases": u.Aliases})
	case strings.Contains(key, "@") && !strings.HasSuffix(key, "@example.com"):
		Fail(w, http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api")
	default:
		Fail(w, http.StatusNotFound, "notFound", "Resource Not Found: userKey")
	}
}

// insert adds a member.
func (g *Google) insert(w http.ResponseWriter, r *http.Request) {
	var in struct{ Email, Role string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	u := g.find(in.Email)
	switch {
	case u == nil:
		Fail(w, http.StatusNotFound, "notFound", "Resource Not Found: "+in.Email)
	case g.members[u.ID] != "":
		Fail(w, http.StatusConflict, "duplicate", "Member already exists.")
	default:
		g.members[u.ID] = in.Role
		g.write(w, u)
	}
}

// member serves one membership.
func (g *Google) member(w http.ResponseWriter, r *http.Request, key string) {
	u := g.find(key)
	if u == nil || g.members[u.ID] == "" {
		Fail(w, http.StatusNotFound, "notFound", "Resource Not Found: memberKey")
		return
	}
	switch r.Method {
	case http.MethodDelete:
		delete(g.members, u.ID)
		w.WriteHeader(http.StatusOK)
		return
	case http.MethodPatch:
		var in struct{ Role string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		g.members[u.ID] = in.Role
	}
	g.write(w, u)
}

func (g *Google) write(w http.ResponseWriter, u *User) {
	status := "ACTIVE"
	if u.Suspended {
		status = "SUSPENDED"
	}
	Write(w, map[string]string{"kind": "admin#directory#member", "id": u.ID, "email": u.Address, "role": g.members[u.ID], "type": "USER", "status": status})
}

// Write responds with JSON.
func Write(w io.Writer, v any) { _ = json.NewEncoder(w).Encode(v) }
