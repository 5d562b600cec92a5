package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// FlowNames are the flows that requests were made of, and when flows.yaml last
// had each: runs of a flow that is gone since then are found by its name.
type FlowNames struct {
	Seen map[string]time.Time
	// version is the stored item's; 0 for a new one.
	version int64
}

const (
	flowNamesPartition = "FLOWS"
	flowNamesKey       = "NAMES"
)

// A name is noted again once a week, and forgotten when no run of the flow can be
// pending any more: a review lasts 30 days at most.
const (
	flowNoted = 7 * 24 * time.Hour
	flowKept  = 40 * 24 * time.Hour
)

// LoadFlowNames reads the names.
func (s *Store) LoadFlowNames(ctx context.Context) (FlowNames, error) {
	n := FlowNames{Seen: map[string]time.Time{}}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{"pk": text(flowNamesPartition), "sk": text(flowNamesKey)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return n, fmt.Errorf("load the names of flows: %w", err)
	}
	if len(out.Item) == 0 {
		return n, nil
	}
	if err := json.Unmarshal([]byte(stringOf(out.Item["body"])), &n.Seen); err != nil {
		return n, fmt.Errorf("read the names of flows: %w", err)
	}
	if n.version, err = versionOf(out.Item); err != nil {
		return n, fmt.Errorf("read the names of flows: %w", err)
	}
	return n, nil
}

// With are the names with those that flows.yaml has now; changed reports whether
// they are to be saved.
func (n FlowNames) With(flows []string, now time.Time) (next FlowNames, changed bool) {
	next = FlowNames{Seen: maps.Clone(n.Seen), version: n.version}
	if next.Seen == nil {
		next.Seen = map[string]time.Time{}
	}
	for _, name := range flows {
		if at, there := next.Seen[name]; !there || now.Sub(at) >= flowNoted {
			next.Seen[name], changed = now.UTC().Truncate(time.Second), true
		}
	}
	if changed {
		maps.DeleteFunc(next.Seen, func(_ string, at time.Time) bool { return now.Sub(at) > flowKept })
	}
	return next, changed
}

// Waiting are the names, sorted, of the flows whose runs may still be pending.
func (n FlowNames) Waiting(now time.Time) []string {
	var names []string
	for name, at := range n.Seen {
		if now.Sub(at) <= flowKept {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// SaveFlowNames stores the names if nobody changed them since they were read;
// else it returns ErrConflict.
func (s *Store) SaveFlowNames(ctx context.Context, n FlowNames) error {
	body, err := json.Marshal(n.Seen)
	if err != nil {
		return fmt.Errorf("save the names of flows: %w", err)
	}
	it := item{"pk": text(flowNamesPartition), "sk": text(flowNamesKey), "body": text(string(body)), "version": number(n.version + 1)}
	err = s.put(ctx, s.ifSame(it, n.version))
	if isConditionFailed(err) {
		return fmt.Errorf("save the names of flows: %w", ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save the names of flows: %w", err)
	}
	return nil
}
