// Package membership is the part that strategies of memberships share: groups, teams,
// collaborators. It decides what to change; an [Access] changes it.
//
// It records what it is about to make before it makes it, so that no crash leaves a
// membership past its end. It keeps what the person had before, counts the targets that
// give the same membership, and looks at the record again after each change: a call that
// was overtaken undoes what it did.
package membership

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Account is somebody's account in the other system.
type Account struct {
	// ID never changes; Name is for people.
	ID, Name string
}

// State is what an account has.
type State struct {
	// Level is the level of the membership, 0 for none. An invitation counts.
	Level int
	// Unusable says why the membership is of no use yet, "" if it is: an invitation is
	// pending, the account is suspended.
	Unusable string
	// Soon is set if it may become usable without a change by the strategy.
	Soon bool
}

// Access is what the settings of a target name.
type Access interface {
	// Key names the membership. Targets with one key and other levels share a record.
	Key() string
	// Level is what the target grants, at least 1. A higher level has all of a lower one.
	Level() int
	// Find returns the account of a person who is to get the membership. It refuses if
	// that can't be: the account is unknown or suspended, the group is missing.
	Find(context.Context, strategy.Person) (Account, error)
	// Read returns what an account has by itself. An unknown account has nothing.
	Read(ctx context.Context, id string) (State, error)
	// Write grants an account that level and no other; 0 removes the membership and
	// invitations to it. An unknown account is nothing to remove.
	Write(ctx context.Context, id string, level int) error
	// Output is what the requester and viewers see.
	Output(Account) map[string]string
}

// Open reads the settings of a request's target and its flow. It refuses what is invalid.
type Open func(*strategy.Request) (Access, error)

// Book is where entries are kept.
type Book interface {
	Load(ctx context.Context, key string) (book.Entry, error)
	Save(ctx context.Context, key string, e book.Entry) (book.Entry, error)
}

// keeper serves the contract.
type keeper struct {
	open Open
	book Book
	wait func(context.Context, time.Duration) error
	now  func() time.Time
}

// Functions returns the functions of a strategy.
func Functions(open Open, b Book) strategy.Functions { return functions(open, b, sleep, time.Now) }

func functions(open Open, b Book, wait func(context.Context, time.Duration) error, now func() time.Time) strategy.Functions {
	k := keeper{open, b, wait, now}
	return strategy.Functions{Give: k.give, Take: k.take, Has: k.has}
}

// memberOutput is the member of an output that names the account.
const memberOutput = "account_id"

// conflicts is how often a change of the record is tried while others change it too.
const conflicts = 8

// change changes an entry until nobody else changes it meanwhile.
func (k keeper) change(ctx context.Context, key string, change func(*book.Entry) error) (book.Entry, error) {
	for try := 1; ; try++ {
		e, err := k.book.Load(ctx, key)
		if err != nil {
			return e, err
		}
		if err := change(&e); err != nil {
			return e, err
		}
		e, err = k.book.Save(ctx, key, e)
		if !errors.Is(err, book.ErrConflict) {
			return e, err
		}
		if try == conflicts {
			return e, strategy.Later(5*time.Second, "%s", err.Error())
		}
		if err := k.wait(ctx, time.Duration(try)*20*time.Millisecond); err != nil {
			return e, err
		}
	}
}

// entryKey names the entry of a person and an access.
func entryKey(a Access, r *strategy.Request) string { return a.Key() + " " + r.Person.ID }

// maxKey is how long the key of an item may be, in bytes.
const maxKey = 2048

// start reads a request's settings.
func (k keeper) start(r *strategy.Request) (Access, string, error) {
	a, err := k.open(r)
	if err != nil {
		return nil, "", err
	}
	key := entryKey(a, r)
	if len(key) > maxKey || r.Target.ID == "" || r.Person.ID == "" {
		return nil, "", strategy.Refused("the ids of the person and the target must have 1 to %d bytes together", maxKey)
	}
	return a, key, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("no time is left: %w", ctx.Err())
	}
}
