package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// An act that may decide lies in the index of requesters too, in a partition of
// the person who acted. A requester is never in one of those: see
// docs/decisions/0036-reviewed.md.
const (
	reviewedPrefix = "reviewed#"
	mappedPrefix   = "mapped#"
)

// actsKept is how long an act stays, for DynamoDB's time to live, that is needed
// only until it was dealt with.
const actsKept = 30 * 24 * time.Hour

// reviewerKey is the partition of what p reviews. It says whether the directory
// mapped the login, as the index holds nothing else of the person.
func reviewerKey(p run.Person) string {
	return reviewerKeyOf(cmp.Or(p.Principal, p.ID), p.Mapped && p.Principal != "")
}

func reviewerKeyOf(login string, mapped bool) string {
	login = escapeKey(login)
	if mapped {
		return reviewedPrefix + mappedPrefix + login
	}
	return reviewedPrefix + login
}

// reviewerOf reads the login back from the key of a partition.
func reviewerOf(partition string) run.Login {
	login := strings.TrimPrefix(partition, reviewedPrefix)
	login, mapped := strings.CutPrefix(login, mappedPrefix)
	return run.Login{Principal: unescapeKey(login), Mapped: mapped}
}

// reviewerKeys are the partitions that may hold what p reviewed: of the login,
// of every login that the directory maps to the same person, and of what is only
// known by an address.
func reviewerKeys(p run.Person) []string {
	var keys []string
	add := func(login string, mapped bool) {
		if key := reviewerKeyOf(login, mapped); login != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, login := range []string{p.Principal, p.ID, p.Email} {
		add(login, false)
	}
	add(p.Principal, true)
	if p.Mapped {
		for _, login := range p.Keys() {
			add(login, true)
		}
	}
	return keys
}

// Reviewed lists the requests that p approved, denied or revoked, with effect, and
// may still see.
func (s *Store) Reviewed(ctx context.Context, p run.Person, t *run.Today, q Query) (Page, error) {
	return s.merge(ctx, &reading{}, sources("mine", reviewerKeys(p)...), q, func(e entry) bool {
		if e.act == "" || e.whole == nil {
			return false
		}
		by := reviewerOf(e.partition)
		if done, there := e.whole.Reviewed(e.act); there && by.Principal == done.Actor.ID {
			by.Principal = "" // only the address was known
		}
		return e.whole.ReviewedBy(e.act, by, p) && e.whole.MaySee(p, t)
	})
}

// actExpires returns when an act may be deleted; zero for never. An act that decided is
// kept as long as its run, whose latest possible end counts.
func actExpires(r *run.Run, a run.Act) time.Time {
	soonest := a.At.Add(actsKept)
	if !r.Reviews(a) {
		return soonest
	}
	if r.Flow.RetentionSeconds == 0 {
		return time.Time{}
	}
	return later(soonest, r.EndsBy(a).Add(time.Duration(r.Flow.RetentionSeconds)*time.Second))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
