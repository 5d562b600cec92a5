package dynamodb

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// oldestExpiry is how long ago an item may have expired to be deleted still: a
// time further back is taken for a mistake. (AWS, "Using time to live".)
const oldestExpiry = 5 * 365 * 24 * time.Hour

// sweepBatch is how many items one Update deletes, so that a long sweep
// doesn't keep other writers waiting.
const sweepBatch = 100

type ttlSpec struct {
	AttributeName string
	Enabled       *bool
}

type updateTimeToLiveInput struct {
	TableName               string
	TimeToLiveSpecification *ttlSpec
}

func (in *updateTimeToLiveInput) tableNames() []string { return []string{in.TableName} }

// updateTimeToLive implements UpdateTimeToLive. It takes effect at once.
func (s *Service) updateTimeToLive(in *updateTimeToLiveInput) (any, error) {
	spec := in.TimeToLiveSpecification
	if spec == nil || spec.Enabled == nil || spec.AttributeName == "" {
		return nil, required("TimeToLiveSpecification", false)
	}
	s.schema.Lock()
	defer s.schema.Unlock()
	t, err := s.named(in.TableName)
	switch {
	case err != nil:
		return nil, err
	case *spec.Enabled && t.TTL != "":
		return nil, invalidf("TimeToLive is already enabled")
	case !*spec.Enabled && t.TTL == "":
		return nil, invalidf("TimeToLive is already disabled")
	case !*spec.Enabled && t.TTL != spec.AttributeName:
		return nil, invalidf("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.TTL)
	}
	changed := t.record
	if changed.TTL = ""; *spec.Enabled {
		changed.TTL = spec.AttributeName
	}
	next := newTable(changed)
	if err := s.store.Update(func(w kv.Writer) error {
		if err := saveTable(w, changed); err != nil {
			return err
		}
		return next.indexExpiry(w)
	}); err != nil {
		return nil, fmt.Errorf("set TTL of table %s: %w", in.TableName, err)
	}
	s.tables[in.TableName] = next
	return struct{ TimeToLiveSpecification *ttlSpec }{spec}, nil
}

// indexExpiry writes the order in which the table's items expire anew.
func (t *table) indexExpiry(w kv.Writer) error {
	if err := clear(w, t.space(expirySpace)); err != nil {
		return err
	}
	var keys [][]byte
	space := t.space(itemSpace)
	if err := w.Scan(space, kv.After(space), false, func(_, stored []byte) (bool, error) {
		item, err := attr.Decode(stored)
		if key := t.expiryKey(item); key != nil {
			keys = append(keys, key)
		}
		return true, err
	}); err != nil {
		return err
	}
	for _, key := range keys {
		if err := w.Put(key, []byte{1}); err != nil {
			return err
		}
	}
	return nil
}

// describeTimeToLive implements DescribeTimeToLive.
func (s *Service) describeTimeToLive(in *tableInput) (any, error) {
	s.schema.RLock()
	defer s.schema.RUnlock()
	t, err := s.named(in.TableName)
	if err != nil {
		return nil, err
	}
	type description struct {
		TimeToLiveStatus string
		AttributeName    string `json:",omitempty"`
	}
	told := description{"DISABLED", t.TTL}
	if t.TTL != "" {
		told.TimeToLiveStatus = "ENABLED"
	}
	return struct{ TimeToLiveDescription description }{told}, nil
}

func (s *Service) sweepOften(ctx context.Context, work *motion.Work) {
	defer s.stopped.Done()
	defer work.End()
	timer := s.options.Clock.NewTimer(s.options.SweepEvery)
	defer timer.Stop()
	for {
		work.Rest(s.options.Clock.Now().Add(s.options.SweepEvery), nil)
		select {
		case <-ctx.Done():
			return
		case <-timer.Chan():
			work.Wake()
			timer.Reset(s.options.SweepEvery)
			if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.options.Logger.Error("local table can't delete expired items", "error", err)
			}
		}
	}
}

// Sweep deletes the items that have expired by now and returns how many those
// were. Until a sweep finds them expired items stay readable, as at AWS. It
// also drops the tokens of old transactions.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now, deleted := s.options.Clock.Now(), 0
	s.schema.RLock()
	defer s.schema.RUnlock()
	for _, t := range s.tables {
		for more := t.TTL != ""; more && ctx.Err() == nil; {
			n, err := s.sweepSome(t, now)
			if err != nil {
				return deleted, fmt.Errorf("sweep table %s: %w", t.Spec.TableName, err)
			}
			deleted += n
			more = n == sweepBatch
		}
	}
	if err := s.store.Update(func(w kv.Writer) error { return forget(w, now) }); err != nil {
		return deleted, fmt.Errorf("drop old transaction tokens: %w", err)
	}
	return deleted, ctx.Err()
}

// sweepSome deletes up to sweepBatch expired items of a table.
func (s *Service) sweepSome(t *table, now time.Time) (int, error) {
	space := t.space(expirySpace)
	oldest := max(0, now.Add(-oldestExpiry).Unix())
	low := binary.BigEndian.AppendUint64(slices.Clone(space), uint64(oldest))
	high := binary.BigEndian.AppendUint64(slices.Clone(space), uint64(max(0, now.Unix()))+1)
	deleted := 0
	err := s.store.Update(func(w kv.Writer) error {
		var items [][]byte
		if err := w.Scan(low, high, false, func(key, _ []byte) (bool, error) {
			items = append(items, append(t.space(itemSpace), key[len(space)+8:]...))
			return len(items) < sweepBatch, nil
		}); err != nil {
			return err
		}
		for _, key := range items {
			stored, err := w.Get(key)
			if err != nil {
				return err
			}
			item, err := attr.Decode(stored)
			if err != nil {
				return err
			}
			if _, err := t.replace(w, item, nil); err != nil {
				return err
			}
		}
		deleted = len(items)
		return nil
	})
	return deleted, err
}

// forget drops the tokens of transactions that can be repeated no more.
func forget(w kv.Writer, now time.Time) error {
	return deleteIf(w, []byte{tokenSpace}, func(key, stored []byte) (bool, error) {
		var t token
		if err := json.Unmarshal(stored, &t); err != nil {
			return false, fmt.Errorf("token %q: %w", key[1:], err)
		}
		return !now.Before(t.Until), nil
	})
}
