package iamgroup_test

import (
	"context"
	"encoding/json"
	"errors"
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

// account plays IAM: one user, what is changed shows only after a while, and the
// groups come one a page.
type account struct {
	user           string
	before, groups []string
	changed        time.Time
	lag            time.Duration
	fail           error
}

func (c *account) change(groups []string) {
	c.before, c.groups, c.changed = c.groups, groups, time.Now()
}

func (c *account) AddUserToGroup(_ context.Context, in *iam.AddUserToGroupInput, _ ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	c.user = *in.UserName
	c.change([]string{"first", *in.GroupName})
	return &iam.AddUserToGroupOutput{}, nil
}

func (c *account) RemoveUserFromGroup(context.Context, *iam.RemoveUserFromGroupInput, ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	c.change([]string{"first"})
	return &iam.RemoveUserFromGroupOutput{}, nil
}

func (c *account) ListGroupsForUser(_ context.Context, in *iam.ListGroupsForUserInput, _ ...func(*iam.Options)) (*iam.ListGroupsForUserOutput, error) {
	shows := c.groups
	if time.Since(c.changed) < c.lag {
		shows = c.before
	}
	page := len(aws.ToString(in.Marker))
	out := &iam.ListGroupsForUserOutput{}
	if page < len(shows) {
		out.Groups = []types.Group{{GroupName: &shows[page]}}
	}
	if page+1 < len(shows) {
		out.IsTruncated, out.Marker = true, aws.String(strings.Repeat("x", page+1))
	}
	return out, nil
}

// Giving and taking return once the change shows, and not before.
func TestTheChangeIsReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &account{lag: 10 * time.Second}
		s, a := iamgroup.New(c), access("ada@example.com", "Ops")
		began := time.Now()
		if err := s.Give(t.Context(), a, nil); err != nil || time.Since(began) < c.lag {
			t.Errorf("given: %v after %v", err, time.Since(began))
		}
		if has, err := s.Has(t.Context(), a); err != nil || !has {
			t.Errorf("has is %v, %v", has, err)
		}
		// IAM's names of groups differ in more than case.
		if has, err := s.Has(t.Context(), access("ada@example.com", "ops")); err != nil || !has {
			t.Errorf("in other case, has is %v, %v", has, err)
		}
		began = time.Now()
		if err := s.Take(t.Context(), a, nil); err != nil || time.Since(began) < c.lag {
			t.Errorf("taken: %v after %v", err, time.Since(began))
		}
	})
}

func TestTheChangeNeverShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := iamgroup.New(&account{lag: time.Hour}).Give(ctx, access("ada@example.com", "ops"), nil)
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
		err := s.Give(t.Context(), access("ada@example.com", "ops"), nil)
		var refused strategy.Refused
		if got := errors.As(err, &refused); err == nil || got != (tc.give != "") || got && err.Error() != tc.give {
			t.Errorf("%s: give says %v, want %q", tc.message, err, tc.give)
		}
		err = s.Take(t.Context(), access("ada@example.com", "ops"), nil)
		if (err == nil) != tc.taken || errors.As(err, &refused) {
			t.Errorf("%s: take says %v", tc.message, err)
		}
	}
}

func TestNameOfTheUser(t *testing.T) {
	person := run.Person{ID: "arn:aws:iam::123456789012:user/team/ada", Email: "ada@example.com", Name: "ada-l"}
	role := run.Person{ID: "arn:aws:iam::123456789012:role/ada"}
	for _, tc := range []struct {
		config string
		person run.Person
		want   string
	}{
		{``, person, "ada@example.com"},
		{`{"user":"email"}`, person, "ada@example.com"},
		{`{"user":"name"}`, person, "ada-l"},
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
		err := iamgroup.New(c).Give(t.Context(), a, nil)
		var refused strategy.Refused
		if tc.want == "" && !errors.As(err, &refused) || tc.want != "" && err != nil || c.user != tc.want {
			t.Errorf("%s for %s: user %q, %v; want %q", tc.config, tc.person.ID, c.user, err, tc.want)
		}
	}
}
