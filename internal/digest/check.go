package digest

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Table reads digests as they are stored.
type Table interface {
	FirstDigest(ctx context.Context) (first Stored, ok bool, err error)
	Digest(ctx context.Context, day Day) (stored Stored, ok bool, err error)
	Chunks(ctx context.Context, day Day, n int) ([]string, error)
}

// Checked is what the digest of a day says of one run.
type Checked struct {
	Day      Day
	Document Document
	// Head is the run's entry that the digest covers last; its Seq is 0 if none was
	// found in order.
	Head Head
	// Problem is "" if nothing is wrong.
	Problem string
}

// Check compares a run's history with the digest of each day on which it has an entry,
// up to the day due. It does not compare the digests with one another, as [VerifyChain]
// does. Without digests it returns nothing.
func Check(ctx context.Context, table Table, keys Keys, id string, history []run.Entry, due Day) ([]Checked, error) {
	stored, ok, err := table.FirstDigest(ctx)
	if err != nil || !ok {
		return nil, err
	}
	heads := Gather()
	heads.First(stored.Day)
	heads.Add(id, history)
	var all []Checked
	for day := stored.Day; day <= due; day = day.Next() {
		now := heads.Of(day)
		if len(now) == 0 {
			continue
		}
		c, err := check(ctx, table, keys, day, now[0])
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func check(ctx context.Context, table Table, keys Keys, day Day, now Head) (c Checked, err error) {
	c.Day = day
	stored, ok, err := table.Digest(ctx, day)
	if err != nil {
		return c, err
	}
	if !ok {
		c.Problem = "the digest of this day is missing"
		return c, nil
	}
	if c.Document, err = stored.Verify(keys); err != nil {
		c.Problem = fmt.Sprintf("the digest of this day is not valid: %v", err)
		return c, nil
	}
	chunks, err := table.Chunks(ctx, day, c.Document.Chunks)
	if err != nil {
		return c, err
	}
	this := func(id string) bool { return id == now.Run }
	for _, f := range c.Document.VerifyHeads(chunks, []Head{now}, this, this) {
		c.Problem = f.Problem
		return c, nil
	}
	c.Head = now
	return c, nil
}
