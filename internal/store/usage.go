package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// usageKept is how long usage stays after the last request, for DynamoDB's time
// to live: no request waits longer.
const usageKept = 31 * 24 * time.Hour

func usageKey(flow, handle string) item {
	return item{"pk": text("LIMIT#" + flow + "#" + handle), "sk": text("LIMIT")}
}

// LoadUsage reads what counts against p's limits in a flow, strongly consistent:
// own is what [Store.SaveUsage] writes, others that of what p is linked to.
func (s *Store) LoadUsage(ctx context.Context, flowName string, p run.Person) (own flow.Usage, others []flow.Usage, err error) {
	handles := usageHandles(p)
	found := make([]flow.Usage, len(handles))
	group, reading := errgroup.WithContext(ctx)
	for i, handle := range handles {
		group.Go(func() error { return s.loadBody(reading, usageKey(flowName, handle), &found[i], &found[i].Version) })
	}
	if err := group.Wait(); err != nil {
		return flow.Usage{}, nil, fmt.Errorf("load the usage of flow %s: %w", flowName, err)
	}
	return found[0], found[1:], nil
}

// usageHandles are the names under which p's usage may lie. All logins that know
// of one another write under the same, the first.
func usageHandles(p run.Person) []string {
	handles := p.Handles()
	slices.Sort(handles)
	return handles
}

// SaveUsage writes p's usage of a flow, if nobody changed it since it was read;
// else it returns ErrConflict.
func (s *Store) SaveUsage(ctx context.Context, flowName string, p run.Person, u flow.Usage, now time.Time) error {
	body, err := run.Encode(u)
	if err != nil {
		return fmt.Errorf("save the usage of flow %s: %w", flowName, err)
	}
	it := usageKey(flowName, usageHandles(p)[0])
	it["version"], it["body"] = number(u.Version+1), text(string(body))
	it["expires_at"] = number(now.Add(usageKept).Unix())
	err = s.put(ctx, s.ifSame(it, u.Version))
	if isConditionFailed(err) {
		return fmt.Errorf("save the usage of flow %s: %w", flowName, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save the usage of flow %s: %w", flowName, err)
	}
	return nil
}

// Undecided reports, of each run that is stored, whether it still waits for a
// decision. One that could not be read counts as waiting.
func (s *Store) Undecided(ctx context.Context, ids []string) (map[string]bool, error) {
	waits := map[string]bool{}
	for part := range slices.Chunk(ids, maxFill) {
		asked := types.KeysAndAttributes{ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("pk, body")}
		for _, id := range part {
			asked.Keys = append(asked.Keys, key(id, runKey))
		}
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{s.table: asked}})
		if err != nil {
			return nil, fmt.Errorf("read open requests: %w", err)
		}
		for _, it := range out.Responses[s.table] {
			id := strings.TrimPrefix(stringOf(it["pk"]), partition(""))
			r, err := readBody(id, it)
			waits[id] = err != nil || !r.Status.Decided()
		}
		for _, left := range out.UnprocessedKeys[s.table].Keys {
			waits[strings.TrimPrefix(stringOf(left["pk"]), partition(""))] = true
		}
	}
	return waits, nil
}
