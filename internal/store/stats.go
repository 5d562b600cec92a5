package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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
	// statsShards spreads the decisions of a day: two transactions that meet on an item
	// cancel one of them.
	statsShards = 8
	// statsCrowded is how long decisions are spread over the shards after two have met.
	statsCrowded = 10 * time.Minute
	// statsTries bounds how often another shard is tried.
	statsTries = 6
	// statsKept is how long a day's counters are kept, for DynamoDB's time to live.
	statsKept = StatsDays * 24 * time.Hour
)

// StatsDays is how many days of statistics are kept.
const StatsDays = 400

func statsOf(flow string) string { return statsPrefix + flow }

// countStats is the update that adds a delta to a shard of its day. It reads nothing.
func (s *Store) countStats(d stats.Delta, shard int) *types.Update {
	u := types.Update{
		TableName:                &s.table,
		Key:                      item{"pk": text(statsOf(d.Flow)), "sk": text(d.At.UTC().Format(statsDay) + "#" + strconv.Itoa(shard))},
		ExpressionAttributeNames: map[string]string{"#until": "expires_at"}, ExpressionAttributeValues: item{":until": number(d.At.Add(statsKept).Unix())},
	}
	value := func(name string, v types.AttributeValue) (n, of string) {
		i := strconv.Itoa(len(u.ExpressionAttributeNames))
		n, of = "#c"+i, ":c"+i
		u.ExpressionAttributeNames[n], u.ExpressionAttributeValues[of] = name, v
		return n, of
	}
	var add []string
	set := []string{"#until = :until"}
	for name, n := range d.Add {
		at, of := value(name, number(n))
		add = append(add, at+" "+of)
	}
	for name, n := range d.First {
		at, of := value(name, number(n))
		set = append(set, fmt.Sprintf("%s = if_not_exists(%s, %s)", at, at, of))
	}
	for name, n := range d.Last {
		at, of := value(name, number(n))
		set = append(set, at+" = "+of)
	}
	for name, words := range d.Text {
		at, of := value(name, text(words))
		set = append(set, at+" = "+of)
	}
	u.UpdateExpression = aws.String("ADD " + strings.Join(add, ", ") + " SET " + strings.Join(set, ", "))
	return &u
}

// writeCounted makes the writes and adds the delta, all or nothing. Where only the
// counters met another decision, it tries another shard of them.
func (s *Store) writeCounted(ctx context.Context, writes []types.TransactWriteItem, d stats.Delta) error {
	if d.Empty() {
		_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		return err
	}
	shards := rand.Perm(statsShards) // #nosec G404 -- spreads writes, keeps nothing secret
	if d.At.Unix() >= s.crowded.Load() {
		at := slices.Index(shards, 0) // a quiet flow has one item a day, which is read fast
		shards[0], shards[at] = shards[at], shards[0]
	}
	var err error
	for _, shard := range shards[:statsTries] {
		all := append(slices.Clip(writes), types.TransactWriteItem{Update: s.countStats(d, shard)})
		_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: all})
		if !conflictsAt(err, len(writes)) {
			return err
		}
		s.crowded.Store(d.At.Add(statsCrowded).Unix())
	}
	return err
}

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
