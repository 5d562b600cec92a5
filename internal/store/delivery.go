package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/api"
	clean "github.com/fasttrack-dev/fasttrack/internal/text"
)

// A delivery has an item of its own, in a partition beside its run: messages about a
// run are sent side by side, and who may write one may write no run.
const deliveryPrefix = "DELIVERY#"

// MaxDeliveries is how many deliveries of a run are read, the newest.
const MaxDeliveries = 100

// deliveriesKept is how long a delivery stays. A run stays longer, whatever the
// retention of its flow.
const deliveriesKept = 30 * 24 * time.Hour

// The limits of a delivery's texts, in characters. No address is longer than 320.
const (
	maxDeliveryName = 320
	maxDeliveryWhy  = 300
)

// claimed is the state of a message that is being sent. It is stored only.
const claimed = "claimed"

// staleClaim is how long a call may take to send a message that it claimed. After
// that, another may claim it.
const staleClaim = time.Minute

// ClaimDelivery claims a message about a run, so that no other call sends it. If it
// could not, before is the message's state: sent, failed, skipped, or another text while
// a call sends it. A message whose failure is retried, as [Store.RetryDelivery] stores,
// can be claimed.
func (s *Store) ClaimDelivery(ctx context.Context, runID string, d api.Delivery, now time.Time) (ok bool, before string, err error) {
	d.At, d.State = now, claimed
	it, err := deliveryItem(runID, d)
	if err != nil {
		return false, "", fmt.Errorf("claim a delivery of run %s: %w", runID, err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it,
		ConditionExpression:                 aws.String("attribute_not_exists(pk) OR attribute_exists(retried) OR #state = :claimed AND #at <= :stale"),
		ExpressionAttributeNames:            map[string]string{"#state": "state", "#at": "at"},
		ExpressionAttributeValues:           item{":claimed": text(claimed), ":stale": text(stamp(now.Add(-staleClaim)))},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if failed := new(types.ConditionalCheckFailedException); errors.As(err, &failed) {
		return false, stringOf(failed.Item["state"]), nil
	}
	if err != nil {
		return false, "", fmt.Errorf("claim a delivery of run %s: %w", runID, err)
	}
	return true, "", nil
}

// RetryDelivery stores that a message about a run failed and is retried: it can be
// claimed again.
func (s *Store) RetryDelivery(ctx context.Context, runID string, d api.Delivery) error {
	return s.saveDelivery(ctx, runID, d, item{"retried": &types.AttributeValueMemberBOOL{Value: true}})
}

// SaveDelivery stores what became of a message about a run. A later attempt to deliver
// the same message replaces an earlier one, unless that was sent.
func (s *Store) SaveDelivery(ctx context.Context, runID string, d api.Delivery) error {
	if !slices.Contains([]string{api.DeliverySent, api.DeliveryFailed, api.DeliverySkipped}, d.State) {
		return fmt.Errorf("store a delivery of run %s: unknown state %q", runID, d.State)
	}
	return s.saveDelivery(ctx, runID, d, nil)
}

// LoseDelivery stores that a message about a run that was sent did not arrive, and why.
// One that was not sent stays as it is.
func (s *Store) LoseDelivery(ctx context.Context, runID string, d api.Delivery) error {
	d.State = api.DeliveryFailed
	it, err := deliveryItem(runID, d)
	if err != nil {
		return fmt.Errorf("store a lost delivery of run %s: %w", runID, err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it, ConditionExpression: aws.String("#state = :sent"),
		ExpressionAttributeNames: map[string]string{"#state": "state"}, ExpressionAttributeValues: item{":sent": text(api.DeliverySent)},
	})
	if err != nil && !isConditionFailed(err) {
		return fmt.Errorf("store a lost delivery of run %s: %w", runID, err)
	}
	return nil
}

func (s *Store) saveDelivery(ctx context.Context, runID string, d api.Delivery, more item) error {
	it, err := deliveryItem(runID, d)
	if err != nil {
		return fmt.Errorf("store a delivery of run %s: %w", runID, err)
	}
	maps.Copy(it, more)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it,
		ConditionExpression:       aws.String("attribute_not_exists(pk) OR #state <> :sent AND #at <= :at"),
		ExpressionAttributeNames:  map[string]string{"#state": "state", "#at": "at"},
		ExpressionAttributeValues: item{":sent": text(api.DeliverySent), ":at": text(stamp(d.At))},
	})
	if err != nil && !isConditionFailed(err) {
		return fmt.Errorf("store a delivery of run %s: %w", runID, err)
	}
	return nil
}

// deliveryItem is a delivery as it is stored. Its sort key is the message: the entry
// that it is about, the way and the addressee.
func deliveryItem(runID string, d api.Delivery) (item, error) {
	if d.By == "" || d.To == "" || d.Seq < 1 || d.At.IsZero() {
		return nil, fmt.Errorf("to, by, seq and at are required, got %+v", d)
	}
	d.To, d.Person, d.By, d.Why = clip(d.To, maxDeliveryName), clip(d.Person, maxDeliveryName), clip(d.By, maxDeliveryName), clip(d.Why, maxDeliveryWhy)
	d.At = d.At.UTC()
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	about := ""
	if d.About != "" {
		about = "\x00" + d.About
	}
	addressee := sha256.Sum256([]byte(d.By + "\x00" + d.To + "\x00" + d.Person + about))
	return item{
		"pk": text(deliveryPrefix + runID), "sk": text(fmt.Sprintf("%06d#%s", d.Seq, hex.EncodeToString(addressee[:8]))),
		"body": text(string(body)), "state": text(d.State), "at": text(stamp(d.At)), "expires_at": number(d.At.Add(deliveriesKept).Unix()),
	}, nil
}

// clip returns at most so many characters of a text, on one line.
func clip(s string, most int) string {
	r := []rune(clean.CleanLine(s))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}

// AllDeliveries reads what became of all messages about a run, strongly consistent, in
// the order of their keys. One that a call sends just now has a state of its own.
func (s *Store) AllDeliveries(ctx context.Context, runID string) (list []api.Delivery, err error) {
	items, err := s.itemsOf(ctx, deliveryPrefix+runID)
	if err != nil {
		return nil, fmt.Errorf("load the deliveries of run %s: %w", runID, err)
	}
	for _, it := range items {
		var d api.Delivery
		if err := json.Unmarshal([]byte(stringOf(it["body"])), &d); err != nil {
			return nil, fmt.Errorf("read the deliveries of run %s: %w", runID, err)
		}
		list = append(list, d)
	}
	return list, nil
}

// Deliveries returns the newest deliveries of a run, the oldest of these first. more
// reports that there are older ones.
func (s *Store) Deliveries(ctx context.Context, runID string) (list []api.Delivery, more bool, err error) {
	list = []api.Delivery{}
	query := &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text(deliveryPrefix + runID)},
		ScanIndexForward:          aws.Bool(false), Limit: aws.Int32(MaxDeliveries + 1),
	}
	for {
		out, err := s.client.Query(ctx, query)
		if err != nil {
			return nil, false, fmt.Errorf("load the deliveries of run %s: %w", runID, err)
		}
		for _, it := range out.Items {
			if stringOf(it["state"]) == claimed {
				continue
			}
			var d api.Delivery
			if err := json.Unmarshal([]byte(stringOf(it["body"])), &d); err != nil {
				return nil, false, fmt.Errorf("read the deliveries of run %s: %w", runID, err)
			}
			list = append(list, d)
		}
		if query.ExclusiveStartKey = out.LastEvaluatedKey; len(list) > MaxDeliveries || query.ExclusiveStartKey == nil {
			break
		}
	}
	if more = len(list) > MaxDeliveries; more {
		list = list[:MaxDeliveries]
	}
	slices.SortStableFunc(list, func(a, b api.Delivery) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.To+"\x00"+a.Person, b.To+"\x00"+b.Person)
	})
	return list, more, nil
}
