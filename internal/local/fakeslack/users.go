package fakeslack

import (
	"slices"
	"strings"
)

// User is a Slack account, as the app's workspace sees it.
type User struct {
	ID    string // U0ADA
	Team  string // the workspace's own unless set
	Name  string // Ada Lovelace
	Email string

	Deleted      bool // deactivated
	Bot          bool
	WorkflowBot  bool
	ConnectorBot bool
	Stranger     bool // of another organization, met in a shared channel
	Restricted   bool // guest of several channels
	Ultra        bool // guest of one channel
	Invited      bool // has not joined yet
	Unconfirmed  bool // has not confirmed the e-mail
	Enterprise   string
}

// complete fills in what a user leaves out.
func (s *Slack) complete(u User) User {
	if u.Team == "" {
		u.Team = s.options.Team
	}
	if u.Name == "" {
		u.Name = u.ID
	}
	return u
}

// SetUser adds an account, or replaces it.
func (s *Slack) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = s.complete(u)
}

// Users returns the accounts, by id.
func (s *Slack) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sortedUsers()
}

func (s *Slack) sortedUsers() []User {
	var all []User
	for _, u := range s.users {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b User) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// User returns an account.
func (s *Slack) User(id string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, known := s.users[id]
	return u, known
}

// json returns a user as users.info does. The e-mail needs a scope of its own.
func (u User) json(withEmail bool) object {
	profile := object{"real_name": u.Name, "display_name": u.Name, "team": u.Team}
	if withEmail && u.Email != "" {
		profile["email"] = u.Email
	}
	out := object{
		"id": u.ID, "team_id": u.Team, "name": strings.ToLower(strings.TrimPrefix(u.ID, "U")), "real_name": u.Name, "profile": profile,
		"deleted": u.Deleted, "is_bot": u.Bot, "is_workflow_bot": u.WorkflowBot, "is_connector_bot": u.ConnectorBot,
		"is_stranger": u.Stranger, "is_restricted": u.Restricted, "is_ultra_restricted": u.Ultra, "is_invited_user": u.Invited,
		"is_email_confirmed": !u.Unconfirmed,
	}
	if u.Enterprise != "" {
		out["enterprise_user"] = object{"enterprise_id": u.Enterprise}
	}
	return out
}

func (s *Slack) usersInfo(in arguments) object {
	u, known := s.users[in.text("user")]
	if !known {
		return refused("user_not_found")
	}
	return object{"ok": true, "user": u.json(s.has("users:read.email"))}
}

// ofGrid reports whether a user is of the organization to which the app is installed.
func (s *Slack) ofGrid(u User) bool {
	return u.Enterprise != "" && u.Enterprise == s.options.Enterprise
}

// usersLookupByEmail finds members of the workspace who are active.
func (s *Slack) usersLookupByEmail(in arguments) object {
	for _, u := range s.sortedUsers() {
		if u.Email != "" && strings.EqualFold(u.Email, in.text("email")) && !u.Deleted && !u.Stranger && (u.Team == s.options.Team || s.ofGrid(u)) {
			return object{"ok": true, "user": u.json(true)}
		}
	}
	return refused("users_not_found")
}
