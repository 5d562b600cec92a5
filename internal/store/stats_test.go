package store_test

import (
	"context"
	"errors"
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

// A decision that meets another on the counters tries another shard, and counts once. One
// that meets another on the run is read again by the caller.
func TestCountersThatMeet(t *testing.T) {
	counters, theRun := []string{"None", "TransactionConflict"}, []string{"TransactionConflict", "None"}
	both := []string{"TransactionConflict", "TransactionConflict"}
	for name, tc := range map[string]struct {
		codes   [][]string
		tried   int
		counted int
	}{
		"nobody":                 {nil, 1, 1},
		"on the counters":        {[][]string{counters, counters}, 3, 1},
		"on the run":             {[][]string{theRun}, 1, 0},
		"on both":                {[][]string{both}, 1, 0},
		"a condition":            {[][]string{{"ConditionalCheckFailed", "TransactionConflict"}}, 1, 0},
		"always on the counters": {slices.Repeat([][]string{counters}, 20), 6, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tab := openTable(t)
			var shards []string
			s := tab.meeting(func(n int) []string {
				if n < len(tc.codes) {
					return tc.codes[n]
				}
				return nil
			}, &shards)
			r := asked(t, s, 1, "f", "ada@example.com")
			version := r.Version
			err := s.SaveCounted(t.Context(), r, run.Tallies{}, oneDecision(start), start)
			if (err == nil) != (tc.counted == 1) || err != nil && !errors.Is(err, store.ErrConflict) {
				t.Errorf("got %v", err)
			}
			if r.Version != version+int64(tc.counted) {
				t.Errorf("version %d, then %d", version, r.Version)
			}
			if len(shards) != tc.tried || len(slices.Compact(slices.Sorted(slices.Values(shards)))) != tc.tried {
				t.Errorf("tried %v, want %d shards", shards, tc.tried)
			}
			if !strings.HasSuffix(shards[0], "#0") {
				t.Errorf("began with %s: a quiet flow has one item a day", shards[0])
			}
			totals, _, err := s.LoadStats(t.Context(), "f", start)
			if got := totals.Stats(); err != nil || got.Decided != tc.counted {
				t.Errorf("counted %d, want %d (%v)", got.Decided, tc.counted, err)
			}
		})
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
			r := asked(t, s, day*each+n, "f", "ada@example.com")
			group.Go(func() {
				at := start.AddDate(0, 0, day)
				if err := s.SaveCounted(t.Context(), r, run.Tallies{}, oneDecision(at), at); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	other := oneDecision(start)
	other.Flow = "f2"
	if err := s.SaveCounted(t.Context(), asked(t, s, 1000, "f2", "ada@example.com"), run.Tallies{}, other, start); err != nil {
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
