package endsessions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// denial denies the users everything in sessions that were begun before a time,
// which are over at another.
type denial struct {
	users         []string
	before, until time.Time
}

type denials []denial

// maxContent is how long a service control policy may be, in characters
// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
const maxContent = 5120

const (
	sid     = "Fasttrack"
	stamp   = "20060102T150405Z"
	nobody  = "nobody"
	userKey = "identitystore:UserId"
	timeKey = "aws:TokenIssueTime"
)

// read reads the policy. The error is for one that holds anything else: what
// somebody else put there would be lost.
func read(content string) (denials, error) {
	var doc document
	if err := json.Unmarshal([]byte(content), &doc); err != nil {
		return nil, fmt.Errorf("its content can't be read: %w", err)
	}
	var all denials
	for _, s := range doc.Statement {
		rest, ours := strings.CutPrefix(s.Sid, sid)
		if !ours || s.Effect != "Deny" {
			return nil, fmt.Errorf("statement %q is not fasttrack's; fasttrack needs a policy of its own", s.Sid)
		}
		var d denial
		if err := json.Unmarshal(s.Condition["StringEquals"][userKey], &d.users); err != nil {
			return nil, fmt.Errorf("statement %q: %s: %w", s.Sid, userKey, err)
		}
		if slices.Equal(d.users, []string{nobody}) {
			continue
		}
		until, _, _ := strings.Cut(rest, "x")
		var err error
		if d.until, err = time.Parse(stamp, until); err != nil {
			return nil, fmt.Errorf("statement %q: %w", s.Sid, err)
		}
		if err := json.Unmarshal(s.Condition["DateLessThan"][timeKey], &d.before); err != nil {
			return nil, fmt.Errorf("statement %q: %s: %w", s.Sid, timeKey, err)
		}
		all = append(all, d)
	}
	return all, nil
}

// with adds a denial of one user. Of a user whom another denies too, the later
// time of each holds for both.
func (all denials) with(d denial) denials {
	d.before, d.until = d.before.UTC().Truncate(time.Second).Add(time.Second), d.until.UTC().Truncate(time.Second).Add(time.Second)
	var kept denials
	for _, other := range all {
		if slices.Contains(other.users, d.users[0]) {
			d.before, d.until = later(d.before, other.before), later(d.until, other.until)
			other.users = slices.DeleteFunc(slices.Clone(other.users), func(u string) bool { return u == d.users[0] })
		}
		if len(other.users) > 0 {
			kept = append(kept, other)
		}
	}
	return append(kept, d)
}

// at leaves out what is over.
func (all denials) at(now time.Time) denials {
	return slices.DeleteFunc(slices.Clone(all), func(d denial) bool { return !now.Before(d.until) })
}

// fitting writes the policy. Where the denials don't fit, the oldest are made one
// with the later times of each: it denies more, not less.
func (all denials) fitting() (string, error) {
	for {
		content, err := all.content()
		if err != nil || len(content) <= maxContent {
			return content, err
		}
		if len(all) < 2 {
			return "", fmt.Errorf("%d users can't be denied by a policy of %d characters", len(all[0].users), maxContent)
		}
		one := denial{users: slices.Concat(all[0].users, all[1].users), before: later(all[0].before, all[1].before), until: later(all[0].until, all[1].until)}
		all = append(denials{one}, all[2:]...)
	}
}

func (all denials) content() (string, error) {
	doc := document{Version: "2012-10-17"}
	for i, d := range all {
		users, err := json.Marshal(d.users)
		if err != nil {
			return "", err
		}
		before, err := json.Marshal(d.before.Format(time.RFC3339))
		if err != nil {
			return "", err
		}
		doc.Statement = append(doc.Statement, statement{
			Sid: fmt.Sprintf("%s%sx%d", sid, d.until.Format(stamp), i), Effect: "Deny", Action: "*", Resource: "*",
			Condition: map[string]map[string]json.RawMessage{"StringEquals": {userKey: users}, "DateLessThan": {timeKey: before}},
		})
	}
	if len(all) == 0 {
		// A policy needs a statement.
		doc.Statement = []statement{{
			Sid: sid, Effect: "Deny", Action: "*", Resource: "*",
			Condition: map[string]map[string]json.RawMessage{"StringEquals": {userKey: json.RawMessage(`["` + nobody + `"]`)}},
		}}
	}
	raw, err := json.Marshal(doc)
	return string(raw), err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
