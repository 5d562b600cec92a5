package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// LiveCount counts the runs of a flow whose access is open, up to most.
func (s *Store) LiveCount(ctx context.Context, flow string, most int) (int, error) {
	counts := make([]int, liveShards)
	group, reading := errgroup.WithContext(ctx)
	for shard := range liveShards {
		group.Go(func() error {
			out, err := s.client.Query(reading, &dynamodb.QueryInput{
				TableName: &s.table, IndexName: aws.String(listsIndex), Select: types.SelectCount,
				KeyConditionExpression: aws.String("#list = :list"), ExpressionAttributeNames: map[string]string{"#list": "list"},
				ExpressionAttributeValues: item{":list": text(liveOf(flow, shard))}, Limit: aws.Int32(int32(most)), // #nosec G115 -- a page
			})
			if err == nil {
				counts[shard] = int(out.Count)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, fmt.Errorf("count the live access of flow %s: %w", flow, err)
	}
	n := 0
	for _, count := range counts {
		n += count
	}
	return min(n, most), nil
}

// talliesRead bounds how many people's tallies are read.
const talliesRead = 1000

// FlowTallies reads what counts against the limits of a flow: its own tally, and those of
// people by the key that each is counted under.
func (s *Store) FlowTallies(ctx context.Context, flow string) (own run.Tally, people map[string]run.Tally, err error) {
	people = map[string]run.Tally{}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), Limit: aws.Int32(talliesRead),
		ExpressionAttributeValues: item{":pk": text(tallyPrefix + flow)},
	})
	if err != nil {
		return own, nil, fmt.Errorf("load the tallies of flow %s: %w", flow, err)
	}
	for _, it := range out.Items {
		var t run.Tally
		if err := json.Unmarshal([]byte(stringOf(it["body"])), &t); err != nil {
			return own, nil, fmt.Errorf("load the tallies of flow %s: %w", flow, err)
		}
		if person, is := strings.CutPrefix(stringOf(it["sk"]), tallyPerson); is {
			people[person] = t
		} else {
			own = t
		}
	}
	return own, people, nil
}
