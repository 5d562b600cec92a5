package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// unreviewedList is the partition of emergencies that nobody has reviewed, of all flows:
// they are few. A run enters it as it leaves the lists of open access. It stands by when
// it must be reviewed.
const unreviewedList = "unreviewed"

func reviewRank(r *run.Run) string { return created(r.BreakGlass.ReviewBy, r.ID) }

// Unreviewed lists the emergencies that nobody has reviewed and that somebody may read: those
// that must be reviewed, and of some flows those whose access is open. What ends or must be
// reviewed soonest is first. From and To are those of their creation.
func (s *Store) Unreviewed(ctx context.Context, p run.Person, t *run.Today, open []string, q Query) (Page, error) {
	from := []source{{listsIndex, unreviewedList}}
	for _, flow := range open {
		for n := range liveShards {
			from = append(from, source{listsIndex, liveOf(flow, n)})
		}
	}
	return s.unreviewed(ctx, from, q, func(r *run.Run) bool { return r.Unreviewed() && r.MaySee(p, t) })
}

// Reviewable lists the emergencies that somebody may review now.
func (s *Store) Reviewable(ctx context.Context, p run.Person, t *run.Today, q Query) (Page, error) {
	return s.unreviewed(ctx, []source{{listsIndex, unreviewedList}}, q, func(r *run.Run) bool {
		return r.AwaitsReview() && r.MayAct(run.Reviews, p, t) == nil
	})
}

func (s *Store) unreviewed(ctx context.Context, from []source, q Query, wanted func(*run.Run) bool) (Page, error) {
	return s.merge(ctx, &reading{whole: true, ascending: true}, from, q, func(e entry) bool {
		r := e.whole
		switch {
		case r == nil:
			return false
		case !q.From.IsZero() && r.CreatedAt.Before(q.From), !q.To.IsZero() && !r.CreatedAt.Before(q.To):
			return false
		}
		return wanted(r)
	})
}

// maxOverdue is how many overdue reviews are counted.
const maxOverdue = 1000

// Overdue counts the emergencies that should have been reviewed by now.
func (s *Store) Overdue(ctx context.Context, now time.Time) (int, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(listsIndex), Select: types.SelectCount, Limit: aws.Int32(maxOverdue),
		KeyConditionExpression:    aws.String("#list = :list AND #rank <= :now"),
		ExpressionAttributeNames:  map[string]string{"#list": "list", "#rank": "rank"},
		ExpressionAttributeValues: item{":list": text(unreviewedList), ":now": text(stamp(now))},
	})
	if err != nil {
		return 0, fmt.Errorf("count overdue reviews: %w", err)
	}
	return int(out.Count), nil
}
