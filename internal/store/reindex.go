package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// reviewedKey begins the sort key of an item beside the acts of a run. It lists an
// act that took effect before acts were listed themselves.
const reviewedKey = "REVIEWED#"

// Reindexing adds to [Store.Reviewed] and [Store.Live] what older releases stored.
type Reindexing struct {
	// DryRun changes nothing.
	DryRun bool
	// After is the id of the run to go on behind; "" begins at the first.
	After string
	// Report is called with each run once it is done.
	Report func(Reindexed)
}

// Reindexed is what became of one run.
type Reindexed struct {
	Run string `json:"run"`
	// Acts are those that are listed now and were not.
	Acts []string `json:"acts,omitempty"`
	// Access reports that the run's open access is listed now and was not.
	Access bool `json:"access,omitempty"`
	// Left says why nothing was done, "" if it was.
	Left string `json:"left,omitempty"`
}

// Reindex looks at every run, in the order of the table. It can be repeated, and
// goes on where it stopped. Once nothing is left, [Store.Listed] reports true.
func (s *Store) Reindex(ctx context.Context, x Reindexing) error {
	in := &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		FilterExpression:          aws.String("begins_with(pk, :run) AND sk = :sk"),
		ExpressionAttributeValues: item{":run": text(partition("")), ":sk": text(runKey)},
	}
	if x.After != "" {
		in.ExclusiveStartKey = key(x.After, runKey)
	}
	left := false
	for pages := dynamodb.NewScanPaginator(s.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table: %w", err)
		}
		for _, it := range page.Items {
			id := strings.TrimPrefix(stringOf(it["pk"]), partition(""))
			done := Reindexed{Run: id}
			if r, unreadable := readRun(id, it); unreadable != nil {
				done.Left, left = unreadable.Error(), true
			} else if done.Acts, err = s.reindexRun(ctx, r, x.DryRun); err != nil {
				return err
			} else if done.Access, err = s.reindexAccess(ctx, r, it, x.DryRun); err != nil {
				return err
			}
			x.Report(done)
		}
	}
	if left || x.DryRun {
		return nil
	}
	return s.MarkListed(ctx)
}

// reindexAccess lists the open access of a run that is not listed as [runItem] does. It
// touches nothing else of the item, and nothing at all if the run was saved meanwhile,
// which lists it too.
func (s *Store) reindexAccess(ctx context.Context, r *run.Run, stored item, dryRun bool) (bool, error) {
	if !r.Live() {
		return false, nil
	}
	want := item{}
	listLive(want, r)
	set, names, values := "", map[string]string{"#v": "version"}, item{":read": stored["version"]}
	for name, value := range want {
		if stringOf(stored[name]) != stringOf(value) {
			set = cmp.Or(set, "SET ") + "#" + name + " = :" + name + ", "
			names["#"+name], values[":"+name] = name, value
		}
	}
	if set == "" || dryRun {
		return set != "", nil
	}
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: key(r.ID, runKey), UpdateExpression: aws.String(strings.TrimSuffix(set, ", ")),
		ConditionExpression: aws.String("#v = :read"), ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	if isConditionFailed(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("list the access of run %s: %w", r.ID, err)
	}
	return true, nil
}

// reindexRun lists the acts of a run that took effect and are not listed.
func (s *Store) reindexRun(ctx context.Context, r *run.Run, dryRun bool) ([]string, error) {
	reviews := r.ReviewEntries()
	if len(reviews) == 0 {
		return nil, nil
	}
	acts, listed, err := s.actsAsStored(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var done []string
	for _, e := range reviews {
		a := r.ActOf(e, acts)
		if listed[e.Act] || !r.Reviews(a) || a.Person.ID == "" {
			continue
		}
		it := item{"pk": text(actsOf(r.ID)), "sk": text(reviewedKey + e.Act)}
		it["mine"], it["created"] = text(reviewerKey(a.Person)), text(created(r.CreatedAt, r.ID)+"#"+e.Act)
		until := r.ExpiresAt()
		if until.IsZero() {
			until = actExpires(r, a)
		}
		if !until.IsZero() {
			it["expires_at"] = number(until.Unix())
		}
		if !dryRun {
			_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: isNew})
			if err != nil && !isConditionFailed(err) {
				return done, fmt.Errorf("list act %s of run %s: %w", e.Act, r.ID, err)
			}
		}
		done = append(done, e.Act)
	}
	return done, nil
}

// actsAsStored reads the acts of a run, and which are listed.
func (s *Store) actsAsStored(ctx context.Context, id string) (acts []run.Act, listed map[string]bool, err error) {
	listed = map[string]bool{}
	for _, pk := range []string{actsOf(id), partition(id)} { // older releases stored acts beside the run
		items, err := s.itemsOf(ctx, pk)
		if err != nil {
			return nil, nil, fmt.Errorf("load the actions of run %s: %w", id, err)
		}
		for _, it := range items {
			sort := stringOf(it["sk"])
			act, isAct := strings.CutPrefix(sort, actPrefix)
			if marked, is := strings.CutPrefix(sort, reviewedKey); is {
				listed[marked] = true
			}
			if _, there := it["mine"]; there && isAct {
				listed[act] = true
			}
			var a run.Act
			if isAct && json.Unmarshal([]byte(stringOf(it["body"])), &a) == nil {
				acts = append(acts, a)
			}
		}
	}
	return acts, listed, nil
}
