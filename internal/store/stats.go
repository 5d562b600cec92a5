package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/stats"
)

// The counters of a flow's statistics lie in one partition, in an item a day and shard.
const (
	statsPrefix = "STAT#"
	statsDay    = "2006-01-02"
	// statsShards spreads the decisions of a day: two that meet on an item are counted one
	// after the other.
	statsShards = 8
	// statsKept is how long a day's counters are kept, for DynamoDB's time to live.
	statsKept = StatsDays * 24 * time.Hour
)

// StatsDays is how many days of statistics are kept.
const StatsDays = 400

func statsOf(flow string) string { return statsPrefix + flow }

// LoadStats adds up what was counted of a flow since the start of a day, and returns when
// anything was counted first of what is still kept; the zero time if nothing was.
func (s *Store) LoadStats(ctx context.Context, flow string, since time.Time) (stats.Totals, time.Time, error) {
	var totals, first stats.Totals
	day := since.UTC().Format(statsDay)
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() error {
		pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
			TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND sk >= :day"),
			ExpressionAttributeValues: item{":pk": text(statsOf(flow)), ":day": text(day)},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(reading)
			if err != nil {
				return err
			}
			for _, it := range page.Items {
				addCounters(&totals, it)
			}
		}
		return nil
	})
	group.Go(func() error {
		// The shards of the first day, of which any may be the first.
		out, err := s.client.Query(reading, &dynamodb.QueryInput{
			TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), Limit: aws.Int32(statsShards),
			ExpressionAttributeValues: item{":pk": text(statsOf(flow))},
		})
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			addCounters(&first, it)
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return stats.Totals{}, time.Time{}, fmt.Errorf("load the statistics of flow %s: %w", flow, err)
	}
	return totals, first.First(), nil
}

func addCounters(t *stats.Totals, it item) {
	for name, v := range it {
		switch v := v.(type) {
		case *types.AttributeValueMemberN:
			if n, err := strconv.ParseInt(v.Value, 10, 64); err == nil && name != "expires_at" {
				t.AddNumber(name, n)
			}
		case *types.AttributeValueMemberS:
			if name != "pk" && name != "sk" {
				t.AddText(name, v.Value)
			}
		}
	}
}
