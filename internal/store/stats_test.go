package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// meeting returns a store whose transactions meet others: cancel returns the codes of
// each, nil to let it through. keys are the shards that were tried.
func (tab table) meeting(cancel func(n int) []string, shards *[]string) *store.Store {
	options := tab.client.Options()
	n := 0
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("meet", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			write, is := in.Parameters.(*sdk.TransactWriteItemsInput)
			if !is {
				return next.HandleInitialize(ctx, in)
			}
			for _, w := range write.TransactItems {
				if w.Update != nil {
					*shards = append(*shards, w.Update.Key["sk"].(*types.AttributeValueMemberS).Value)
				}
			}
			codes := cancel(n)
			n++
			if codes == nil {
				return next.HandleInitialize(ctx, in)
			}
			var reasons []types.CancellationReason
			for _, c := range codes {
				reasons = append(reasons, types.CancellationReason{Code: aws.String(c)})
			}
			return middleware.InitializeOutput{}, middleware.Metadata{}, &types.TransactionCanceledException{CancellationReasons: reasons}
		}), middleware.Before)
	})
	return store.New(sdk.New(options), tab.name)
}

func oneDecision(at time.Time) stats.Delta {
	return stats.Delta{Flow: "f", At: at, Add: map[string]int64{"n:approved:code": 1}, First: map[string]int64{stats.First: at.UnixMilli()}}
}

// counting returns a run whose last write counts, in a shard.
func counting(t *testing.T, s *store.Store, n, shard int) *run.Run {
	t.Helper()
	r := asked(t, s, n, "f", "ada@example.com")
	r.Engine.Counting = r.CountingAfter(shard)
	return r
}

func decided(t *testing.T, s *store.Store) int {
	t.Helper()
	totals, _, err := s.LoadStats(t.Context(), "f", start)
	if err != nil {
		t.Fatal(err)
	}
	return totals.Stats().Decided
}

// A decision that meets another on the counters is counted after it, in the shard that
// its run names, and once. The next decisions are spread over the shards.
func TestCountersThatMeet(t *testing.T) {
	meets, other := []string{"TransactionConflict"}, []string{"ThrottlingError"}
	for name, tc := range map[string]struct {
		codes   [][]string
		tried   int
		counted int
	}{
		"nobody":       {nil, 1, 1},
		"two":          {[][]string{meets, meets}, 3, 1},
		"always":       {slices.Repeat([][]string{meets}, 99), 0, 0},
		"no room":      {[][]string{other}, 1, 0},
		"then no room": {[][]string{meets, other}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := openTable(t)
			var shards []string
			s := tab.meeting(func(n int) []string {
				if n < len(tc.codes) {
					return tc.codes[n]
				}
				return nil
			}, &shards)
			if got := s.CountingShard(start); got != 0 {
				t.Errorf("begins with shard %d: a quiet flow has one item a day", got)
			}
			r, ctx := counting(t, s, 1, 3), t.Context()
			if tc.tried == 0 { // as often as there is time
				var done context.CancelFunc
				ctx, done = context.WithTimeout(ctx, 200*time.Millisecond)
				defer done()
			}
			err := s.Count(ctx, r, oneDecision(start), start)
			if (err == nil) != (tc.counted == 1) {
				t.Errorf("got %v", err)
			}
			if tc.tried > 0 && len(shards) != tc.tried || strings.Join(slices.Compact(shards), "") != start.Format(time.DateOnly)+"#3" {
				t.Errorf("tried %v, want shard 3 %d times", shards, tc.tried)
			}
			if got := decided(t, s); got != tc.counted {
				t.Errorf("counted %d, want %d", got, tc.counted)
			}
			spread := map[int]bool{}
			for range 200 {
				spread[s.CountingShard(start.Add(time.Minute))] = true
			}
			if met := tc.tried != 1; met != (len(spread) == 8) {
				t.Errorf("then chooses of %d shards", len(spread))
			}
			if got := s.CountingShard(start.Add(time.Hour)); got != 0 {
				t.Errorf("an hour later it chooses shard %d", got)
			}
		})
	}
}

// A write counts once, however often it is counted; another write of the run counts
// again, and so does that of another run.
func TestCountsOnce(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	d := stats.Delta{
		Flow: "f", At: start, Add: map[string]int64{"n:approved:code": 1, "c:60": 1, "h:7": 1, "v:aaa": 1, "f:on_deny": 1},
		First: map[string]int64{stats.First: 1, "h1:7": 1, "v1:aaa": 1}, Last: map[string]int64{"h2:7": 1, "v2:aaa": 1}, Text: map[string]string{"fl:on_deny": "a", "fl:on_approve": "b"},
	}
	r := counting(t, s, 1, 0)
	for range 20 {
		if err := s.Count(t.Context(), r, d, start); err != nil {
			t.Fatal(err)
		}
	}
	if got := decided(t, s); got != 1 {
		t.Errorf("counted %d times, want once", got)
	}
	r.Engine.Counting.From++
	for n, one := range []*run.Run{r, counting(t, s, 2, 0)} {
		if err := s.Count(t.Context(), one, d, start); err != nil {
			t.Fatal(err)
		}
		if got := decided(t, s); got != n+2 {
			t.Errorf("counted %d times, want %d", got, n+2)
		}
	}
}

// However many decisions are counted at once, each counts once: on its day, under its
// flow, in whatever shard.
func TestCountersAddUp(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	const each, days = 10, 4
	var group sync.WaitGroup
	for day := range days {
		for n := range each {
			r := counting(t, s, day*each+n, n%2)
			group.Go(func() {
				at := start.AddDate(0, 0, day)
				if err := s.Count(t.Context(), r, oneDecision(at), at); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	other := oneDecision(start)
	other.Flow = "f2"
	if err := s.Count(t.Context(), counting(t, s, 1000, 0), other, start); err != nil {
		t.Fatal(err)
	}
	for since := range days + 1 {
		totals, first, err := s.LoadStats(t.Context(), "f", start.AddDate(0, 0, since))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := totals.Stats().Decided, (days-since)*each; got != want || !first.Equal(start) {
			t.Errorf("since day %d: %d decisions from %s, want %d from %s", since, got, first, want, start)
		}
	}
	out, err := tab.client.Scan(t.Context(), &sdk.ScanInput{TableName: &tab.name, FilterExpression: aws.String("begins_with(pk, :stat)"), ExpressionAttributeValues: map[string]types.AttributeValue{":stat": &types.AttributeValueMemberS{Value: "STAT#"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		day, _, _ := strings.Cut(it["sk"].(*types.AttributeValueMemberS).Value, "#")
		at, err := time.Parse(time.DateOnly, day)
		until := it["expires_at"].(*types.AttributeValueMemberN).Value
		if want := fmt.Sprint(at.Add(10*time.Hour + store.StatsDays*24*time.Hour).Unix()); err != nil || until != want {
			t.Errorf("the counters of %s expire at %s, want %s", day, until, want)
		}
	}
}
