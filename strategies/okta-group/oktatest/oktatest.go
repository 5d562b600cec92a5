// Package oktatest is an organization in Okta for tests: the part of the management API
// that the strategy calls, as
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/
// describes it.
package oktatest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// User is an account.
type User struct {
	ID, Login, Email, Status string
}

// Org is the organization. Its methods are safe for concurrent use.
type Org struct {
	// URL is where it serves.
	URL string

	mu     sync.Mutex
	tokens map[string]bool
	users  []*User
	groups map[string]*group
	page   int
	before func(http.ResponseWriter, *http.Request) bool
	calls  []string
}

type group struct {
	kind    string
	members []string
}

// Group and Imported are the ids of groups that exist; Imported is one of Active
// Directory's.
const (
	Group    = "00g1emaKYZTWRYYRRTSK"
	Imported = "00g1adaADADADADADADA"
)

// Token is an API token that Okta accepts.
const Token = "00QCjAl4MlV-WPXM-ApiTokenOfTests"

// New serves an organization with the user ada@example.com and an empty group.
func New() (*Org, *httptest.Server) {
	o := &Org{
		tokens: map[string]bool{"SSWS " + Token: true}, page: 2,
		users:  []*User{{ID: "00uada", Login: "ada@example.com", Email: "ada@example.com", Status: "ACTIVE"}},
		groups: map[string]*group{Group: {kind: "OKTA_GROUP"}, Imported: {kind: "APP_GROUP"}},
	}
	server := httptest.NewServer(o)
	o.URL = server.URL
	return o, server
}

// Add adds users.
func (o *Org) Add(users ...User) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, u := range users {
		o.users = append(o.users, &u)
	}
}

// Change changes the user with that id.
func (o *Org) Change(id string, change func(*User)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, u := range o.users {
		if u.ID == id {
			change(u)
		}
	}
}

// Delete deletes the user with that id.
func (o *Org) Delete(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.users = slices.DeleteFunc(o.users, func(u *User) bool { return u.ID == id })
	for _, g := range o.groups {
		g.members = slices.DeleteFunc(g.members, func(m string) bool { return m == id })
	}
}

// DeleteGroup deletes a group.
func (o *Org) DeleteGroup(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.groups, id)
}

// Members are the ids of the group's members.
func (o *Org) Members() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.groups[Group].members)
}

// SetMembers replaces the group's members, as an administrator does by hand.
func (o *Org) SetMembers(ids ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.groups[Group].members = ids
}

// SetTokens replaces the headers that Okta accepts.
func (o *Org) SetTokens(headers ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens = map[string]bool{}
	for _, h := range headers {
		o.tokens[h] = true
	}
}

// Before is called before each response; true means that it has responded.
func (o *Org) Before(before func(http.ResponseWriter, *http.Request) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.before = before
}

// Calls are the methods and paths of all calls.
func (o *Org) Calls() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.calls)
}

// Fail responds with an error as Okta writes it.
func Fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errorCode": code, "errorSummary": "of " + code, "errorLink": code, "errorId": "oae", "errorCauses": []any{}})
}

// TooMany responds that the rate limit is reached until the given time.
func TooMany(w http.ResponseWriter, until time.Time) {
	w.Header().Set("X-Rate-Limit-Limit", "600")
	w.Header().Set("X-Rate-Limit-Remaining", "0")
	w.Header().Set("X-Rate-Limit-Reset", strconv.FormatInt(until.Unix(), 10))
	Fail(w, http.StatusTooManyRequests, "E0000047")
}

// ServeHTTP serves the API.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.calls = append(o.calls, r.Method+" "+r.URL.EscapedPath())
	before := o.before
	o.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.URL.Path == "/oauth2/v1/token" {
		o.mint(w, r)
		return
	}
	if !o.tokens[r.Header.Get("Authorization")] {
		Fail(w, http.StatusUnauthorized, "E0000011")
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/api/v1/"), "/")
	for i, part := range parts {
		parts[i], _ = url.PathUnescape(part)
	}
	switch {
	case r.Method == http.MethodGet && len(parts) == 2 && parts[0] == "users":
		o.user(w, parts[1])
	case r.Method == http.MethodGet && len(parts) == 1 && parts[0] == "users":
		o.find(w, r.URL.Query().Get("filter"))
	case len(parts) >= 2 && parts[0] == "groups" && o.groups[parts[1]] == nil:
		Fail(w, http.StatusNotFound, "E0000007")
	case r.Method == http.MethodGet && len(parts) == 2 && parts[0] == "groups":
		write(w, map[string]any{"id": parts[1], "type": o.groups[parts[1]].kind, "profile": map[string]any{"name": "Readers"}})
	case r.Method == http.MethodGet && len(parts) == 3 && parts[0] == "groups" && parts[2] == "users":
		o.list(w, r, parts[1])
	case len(parts) == 4 && parts[0] == "groups" && parts[2] == "users":
		o.change(w, r.Method, o.groups[parts[1]], parts[3])
	default:
		Fail(w, http.StatusMethodNotAllowed, "E0000022")
	}
}

// user responds to a look-up by id, login or short name.
func (o *Org) user(w http.ResponseWriter, key string) {
	for _, u := range o.users {
		short, _, _ := strings.Cut(u.Login, "@")
		if u.ID == key || strings.EqualFold(u.Login, key) || short == key {
			write(w, shown(u))
			return
		}
	}
	Fail(w, http.StatusNotFound, "E0000007")
}

// find responds to a filter by address.
func (o *Org) find(w http.ResponseWriter, filter string) {
	address, is := strings.CutPrefix(filter, `profile.email eq "`)
	if !is {
		Fail(w, http.StatusBadRequest, "E0000031")
		return
	}
	found := []any{}
	for _, u := range o.users {
		if strings.EqualFold(u.Email, strings.TrimSuffix(address, `"`)) {
			found = append(found, shown(u))
		}
	}
	write(w, found)
}

// list responds with a page of members.
func (o *Org) list(w http.ResponseWriter, r *http.Request, id string) {
	var all []*User
	for _, m := range o.groups[id].members {
		for _, u := range o.users {
			if u.ID == m {
				all = append(all, u)
			}
		}
	}
	from := 0
	if after := r.URL.Query().Get("after"); after != "" {
		from = slices.IndexFunc(all, func(u *User) bool { return u.ID == after }) + 1
	}
	to := min(from+o.page, len(all))
	w.Header().Add("Link", fmt.Sprintf(`<%s%s?limit=200>; rel="self"`, o.URL, r.URL.Path))
	if to < len(all) {
		w.Header().Add("Link", fmt.Sprintf(`<%s%s?after=%s&limit=200>; rel="next"`, o.URL, r.URL.Path, url.QueryEscape(all[to-1].ID)))
	}
	page := []any{}
	for _, u := range all[from:to] {
		page = append(page, shown(u))
	}
	write(w, page)
}

// change adds or removes a member.
func (o *Org) change(w http.ResponseWriter, method string, g *group, id string) {
	switch known := slices.ContainsFunc(o.users, func(u *User) bool { return u.ID == id }); {
	case !known:
		Fail(w, http.StatusNotFound, "E0000007")
		return
	case g.kind != "OKTA_GROUP":
		Fail(w, http.StatusForbidden, "E0000062")
		return
	case method == http.MethodPut && !slices.Contains(g.members, id):
		g.members = append(g.members, id)
	case method == http.MethodPut:
	case method == http.MethodDelete:
		g.members = slices.DeleteFunc(g.members, func(m string) bool { return m == id })
	default:
		Fail(w, http.StatusMethodNotAllowed, "E0000022")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func shown(u *User) map[string]any {
	return map[string]any{"id": u.ID, "status": u.Status, "profile": map[string]any{"login": u.Login, "email": u.Email, "firstName": "A", "lastName": "B"}}
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
