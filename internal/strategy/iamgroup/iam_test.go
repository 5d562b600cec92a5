package iamgroup_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/iamgroup"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/poll"
)

// account plays IAM: what is changed of who is in the group shows only after a
// while, and the members come one a page.
type account struct {
	// users are by name; names the default: any name is the user "AIDA"+name.
	users           map[string]string
	user            string   // whom a give was for
	before, members []string // ids
	changed         time.Time
	lag             time.Duration
	fail            error
	added, removed  int
}

func (c *account) id(name string) string {
	if id, there := c.users[name]; there || c.users != nil {
		return id
	}
	return "AIDA" + name
}

func (c *account) name(id string) string {
	for name, other := range c.users {
		if id == other {
			return name
		}
	}
	return strings.TrimPrefix(id, "AIDA")
}

func (c *account) change(members []string) {
	c.before, c.members, c.changed = c.members, members, time.Now()
}

func (c *account) GetUser(_ context.Context, in *iam.GetUserInput, _ ...func(*iam.Options)) (*iam.GetUserOutput, error) {
	id := c.id(*in.UserName)
	if id == "" {
		return nil, &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "The user with name " + *in.UserName + " cannot be found."}
	}
	return &iam.GetUserOutput{User: &types.User{UserName: in.UserName, UserId: &id}}, nil
}

func (c *account) AddUserToGroup(_ context.Context, in *iam.AddUserToGroupInput, _ ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	c.user = *in.UserName
	c.added++
	c.change(append(slices.Clone(c.members), c.id(c.user)))
	return &iam.AddUserToGroupOutput{}, nil
}

func (c *account) RemoveUserFromGroup(_ context.Context, in *iam.RemoveUserFromGroupInput, _ ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	if id := c.id(*in.UserName); slices.Contains(c.members, id) {
		c.removed++
		c.change(slices.DeleteFunc(slices.Clone(c.members), func(m string) bool { return m == id }))
	}
	return &iam.RemoveUserFromGroupOutput{}, nil
}

func (c *account) GetGroup(_ context.Context, in *iam.GetGroupInput, _ ...func(*iam.Options)) (*iam.GetGroupOutput, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	shows := c.members
	if time.Since(c.changed) < c.lag {
		shows = c.before
	}
	page := len(aws.ToString(in.Marker))
	out := &iam.GetGroupOutput{}
	if page < len(shows) {
		name := c.name(shows[page])
		out.Users = []types.User{{UserName: &name, UserId: &shows[page]}}
	}
	if page+1 < len(shows) {
		out.IsTruncated, out.Marker = true, aws.String(strings.Repeat("x", page+1))
	}
	return out, nil
}

// ledger keeps what calls leave on record.
type ledger struct{ notes []string }

func (l *ledger) Note(_ context.Context, id string) error { l.notes = append(l.notes, id); return nil }
func (l *ledger) Creating(_ context.Context, note string) error {
	l.notes = append(l.notes, note)
	return nil
}

// Giving and taking return once the change shows, and not before.
func TestTheChangeIsReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &account{lag: 10 * time.Second, members: []string{"AIDAfirst"}}
		s, a, l := iamgroup.New(c), access("ada@example.com", "Ops"), &ledger{}
		began := time.Now()
		if given, err := s.Give(t.Context(), a, l); err != nil || !given.Created || time.Since(began) < c.lag {
			t.Errorf("given: %v after %v", err, time.Since(began))
		}
		if has, err := s.Has(t.Context(), a); err != nil || !has {
			t.Errorf("has is %v, %v", has, err)
		}
		// IAM's names differ in more than case.
		if has, err := s.Has(t.Context(), access("Ada@example.com", "ops")); err != nil || !has {
			t.Errorf("in other case, has is %v, %v", has, err)
		}
		began = time.Now()
		a.Requests = l.notes
		if _, err := s.Take(t.Context(), a, l); err != nil || time.Since(began) < c.lag {
			t.Errorf("taken: %v after %v", err, time.Since(began))
		}
	})
}

// A user is known by the unique id: neither a new name nor somebody else under the
// old one changes whose membership it is.
func TestAUserIsKnownByTheID(t *testing.T) {
	for name, tc := range map[string]struct {
		users map[string]string // meanwhile
		left  []string          // in the group, once it was taken
	}{
		"as before":               {map[string]string{"ada": "AIDA1"}, []string{"AIDAfirst", "AIDA2"}},
		"renamed":                 {map[string]string{"countess": "AIDA1"}, []string{"AIDAfirst", "AIDA2"}},
		"renamed, the name given": {map[string]string{"countess": "AIDA1", "ada": "AIDA2"}, []string{"AIDAfirst", "AIDA2"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &account{users: map[string]string{"ada": "AIDA1"}, members: []string{"AIDAfirst"}}
			s, a, l := iamgroup.New(c), access("ada", "ops"), &ledger{}
			if given, err := s.Give(t.Context(), a, l); err != nil || !given.Created || !slices.Equal(l.notes, []string{"user:AIDA1"}) {
				t.Fatal(given, err, l.notes)
			}
			c.users, c.members = tc.users, append(c.members, "AIDA2")
			a.Requests = l.notes
			if has, err := s.Has(t.Context(), a); err != nil || !has {
				t.Errorf("has is %v, %v", has, err)
			}
			if _, err := s.Take(t.Context(), a, l); err != nil || !slices.Equal(c.members, tc.left) {
				t.Errorf("taken: %v; left are %v", err, c.members)
			}
			if has, err := s.Has(t.Context(), a); err != nil || has {
				t.Errorf("after that, has is %v, %v", has, err)
			}
		})
	}
	t.Run("deleted, and made anew", func(t *testing.T) {
		c := &account{users: map[string]string{"ada": "AIDA2"}, members: []string{"AIDA2"}}
		a := access("ada", "ops")
		a.Requests = []string{"user:AIDA1"}
		if _, err := iamgroup.New(c).Take(t.Context(), a, nil); err != nil || c.removed > 0 {
			t.Errorf("taken from another user: %v", err)
		}
	})
	t.Run("there before", func(t *testing.T) {
		c, l := &account{users: map[string]string{"ada": "AIDA1"}, members: []string{"AIDA1"}}, &ledger{}
		if given, err := iamgroup.New(c).Give(t.Context(), access("ada", "ops"), l); err != nil || given.Created || len(l.notes) > 0 || c.added > 0 {
			t.Errorf("created is %v, %v, noted %v", given.Created, err, l.notes)
		}
	})
}

func TestTheChangeNeverShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := iamgroup.New(&account{lag: time.Hour}).Give(ctx, access("ada@example.com", "ops"), &ledger{})
		var late *poll.Late
		var refused strategy.Refused
		if !errors.As(err, &late) || errors.As(err, &refused) || ctx.Err() != nil {
			t.Errorf("got %v (context: %v), want that it is late, told in time", err, ctx.Err())
		}
	})
}

// What no second try can help is refused, in words; the rest may pass.
func TestErrors(t *testing.T) {
	for _, tc := range []struct {
		code, message, give string
		taken               bool
	}{
		{"NoSuchEntity", "The user with name ada@example.com cannot be found.", `IAM has no user "ada@example.com", which is the requester's e-mail`, true},
		{"NoSuchEntity", "The group with name ops cannot be found.", `IAM has no group "ops", which the target's settings name`, true},
		{"LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", `IAM user "ada@example.com" can't be in one more group: Cannot exceed quota for GroupsPerUser: 10`, false},
		{"Throttling", "Rate exceeded", "", false},
		{"ServiceFailure", "later", "", false},
	} {
		s := iamgroup.New(&account{fail: &smithy.GenericAPIError{Code: tc.code, Message: tc.message}})
		_, err := s.Give(t.Context(), access("ada@example.com", "ops"), &ledger{})
		var refused strategy.Refused
		if got := errors.As(err, &refused); err == nil || got != (tc.give != "") || got && err.Error() != tc.give {
			t.Errorf("%s: give says %v, want %q", tc.message, err, tc.give)
		}
		_, err = s.Take(t.Context(), access("ada@example.com", "ops"), nil)
		if (err == nil) != tc.taken || errors.As(err, &refused) {
			t.Errorf("%s: take says %v", tc.message, err)
		}
	}
}

func TestNameOfTheUser(t *testing.T) {
	person := run.Person{ID: "arn:aws:iam::123456789012:user/team/ada", Email: "ada@example.com", Name: "ada-l", Vouched: true}
	role := run.Person{ID: "arn:aws:iam::123456789012:role/ada"}
	for _, tc := range []struct {
		config string
		person run.Person
		want   string
	}{
		{``, person, "ada@example.com"},
		{`{"user":"email"}`, person, "ada@example.com"},
		{`{"user":"name"}`, person, "ada-l"},
		{`{"user":"name"}`, run.Person{ID: "eve@example.com", Email: "eve@example.com", Name: "ada-l", Principal: "i|1"}, ""}, // as its token says
		{`{"user":"id"}`, person, "ada"},
		{`{"user":"id","account":"123456789012"}`, person, "ada"},
		{`{"user":"id","account":"210987654321"}`, person, ""},
		{`{"user":"id"}`, role, ""},
		{`{"user":"id"}`, run.Person{ID: "ada"}, "ada"},
		{`{"user":"id"}`, run.Person{ID: "sso|ada"}, ""},
		{`{"user":"nick"}`, person, ""},
		{`{"user":7}`, person, ""},
		{``, run.Person{ID: "x"}, ""},
	} {
		c := &account{}
		a := access("", "ops")
		a.Person, a.Config = tc.person, json.RawMessage(tc.config)
		_, err := iamgroup.New(c).Give(t.Context(), a, &ledger{})
		var refused strategy.Refused
		if tc.want == "" && !errors.As(err, &refused) || tc.want != "" && err != nil || c.user != tc.want {
			t.Errorf("%s for %s: user %q, %v; want %q", tc.config, tc.person.ID, c.user, err, tc.want)
		}
	}
}
