package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
)

// CountsOnce is how long after a write it may be counted again: DynamoDB knows the token
// of a transaction for ten minutes after it
// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
const CountsOnce = 9 * time.Minute

const (
	// countCrowded is how long decisions are spread over the shards after two have met.
	countCrowded = 10 * time.Minute
	// countTries bounds how often one decision is counted that meets others.
	countTries = 60
	// maxToken is how long the token of a transaction may be.
	maxToken = 36
)

// CountingShard chooses the counters of a decision: the first until two decisions have
// met, so that a quiet flow has one item a day, which is read fast; then one at random.
func (s *Store) CountingShard(now time.Time) int {
	if now.Unix() < s.crowded.Load() {
		return rand.IntN(statsShards) // #nosec G404 -- spreads writes, keeps nothing secret
	}
	return 0
}

// Count adds to the counters of the flow what the last write of r counts, as its
// Engine.Counting says. Within [CountsOnce] of that write, counting it again
// changes nothing: the transaction has a token that names the write.
func (s *Store) Count(ctx context.Context, r *run.Run, d stats.Delta, now time.Time) error {
	write := &dynamodb.TransactWriteItemsInput{
		TransactItems:      []types.TransactWriteItem{{Update: s.countStats(d, r.Engine.Counting.Shard)}},
		ClientRequestToken: aws.String(s.countToken(r)),
	}
	for try := range countTries {
		_, err := s.client.TransactWriteItems(ctx, write)
		if err == nil {
			return nil
		}
		if underWay := new(types.TransactionInProgressException); !canceledFor(err, "TransactionConflict") && !errors.As(err, &underWay) {
			return fmt.Errorf("count in the statistics of flow %s: %w", d.Flow, err)
		}
		s.crowded.Store(now.Add(countCrowded).Unix())
		select {
		case <-time.After(time.Duration(rand.IntN(min(try+1, 20) * int(10*time.Millisecond)))): // #nosec G404 -- spreads tries, keeps nothing secret
		case <-ctx.Done():
			return fmt.Errorf("count in the statistics of flow %s: %w", d.Flow, ctx.Err())
		}
	}
	return fmt.Errorf("count in the statistics of flow %s: others kept counting", d.Flow)
}

// countToken names the last write of a run, in one table. A write that counts has added
// entries, so no two have the same number of entries before them.
func (s *Store) countToken(r *run.Run) string {
	sum := sha256.Sum256([]byte(s.table + "\x00" + r.ID + "\x00" + strconv.Itoa(r.Engine.Counting.From)))
	return hex.EncodeToString(sum[:])[:maxToken]
}

// countStats is the update that adds a delta to a shard of its day. It reads nothing, and
// is the same for the same delta: DynamoDB compares what comes with one token.
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
	for _, name := range sorted(d.Add) {
		at, of := value(name, number(d.Add[name]))
		add = append(add, at+" "+of)
	}
	for _, name := range sorted(d.First) {
		at, of := value(name, number(d.First[name]))
		set = append(set, fmt.Sprintf("%s = if_not_exists(%s, %s)", at, at, of))
	}
	for _, name := range sorted(d.Last) {
		at, of := value(name, number(d.Last[name]))
		set = append(set, at+" = "+of)
	}
	for _, name := range sorted(d.Text) {
		at, of := value(name, text(d.Text[name]))
		set = append(set, at+" = "+of)
	}
	u.UpdateExpression = aws.String("ADD " + strings.Join(add, ", ") + " SET " + strings.Join(set, ", "))
	return &u
}

func sorted[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
