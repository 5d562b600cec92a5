package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What Slack shows of a run has items in a partition beside the run: who may write them
// may write no run.
const slackRunPrefix = "SLACK#RUN#"

// The kinds of [SlackCopy]: what the sort key begins with.
const (
	SlackCard   = "MSG"    // a message to approvers
	SlackDirect = "DM"     // a message to the requester
	SlackThread = "LINE"   // a line below a card
	SlackView   = "VIEW"   // an open form or modal, which shows the outcome
	SlackRemind = "REMIND" // a scheduled message
)

// The time that copies are kept: nothing happens to a run long after, and no form stays
// open for a day.
const (
	slackKept     = 90 * 24 * time.Hour
	slackViewKept = 24 * time.Hour
)

// SlackCopy is a place in Slack that shows a run.
type SlackCopy struct {
	// Kind and Key identify it within its run: the Key of a card is the entry's seq and the
	// addressee, of a view its id.
	Kind string `json:"kind"`
	Key  string `json:"key"`
	// Channel and TS are those of a message. Without TS it is claimed only.
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
	// User is the Slack user who sees it. Empty in a channel.
	User string `json:"user,omitempty"`
	// Why says why its reader gets it.
	Why string `json:"why,omitempty"`
	// Looks is the digest of a card as it was posted.
	Looks string `json:"looks,omitempty"`
	// ReadOnly has no buttons: its reader may not act.
	ReadOnly bool `json:"read_only,omitempty"`
	// Seq is the history entry that a direct message is about.
	Seq int `json:"seq,omitempty"`
	// Scheduled is the id of a scheduled message, which is sent at Due. It is empty while that
	// is claimed only.
	Scheduled string    `json:"scheduled,omitempty"`
	Due       time.Time `json:"due,omitzero"`
	// Submitted is when a form was kept: Slack may show the response to it until a little
	// later. Zero for a form that an older release kept.
	Submitted time.Time `json:"submitted,omitzero"`
	// Action is what the user of an open form did, "approve" or another event: the form says
	// that it is stored until the run shows it. Empty for the form of a request.
	Action string `json:"action,omitempty"`
	// Clicked is a card whose button was clicked. Another copy has it as well, unless the
	// answer to its post was lost.
	Clicked bool `json:"clicked,omitempty"`
	// Done reports that nothing is left to update: a form is closed, a message deleted.
	Done bool `json:"done,omitempty"`
}

// ClaimSlackCopy stores that a call is about to make a copy. It reports false if another
// call does, or did. A claim of a minute ago whose copy was never stored may be claimed
// again: its call has died.
func (s *Store) ClaimSlackCopy(ctx context.Context, runID string, c SlackCopy, now time.Time) (bool, error) {
	it, err := slackCopyItem(runID, c, now)
	if err != nil {
		return false, err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it,
		ConditionExpression:       aws.String("attribute_not_exists(pk) OR attribute_not_exists(made) AND #at <= :stale"),
		ExpressionAttributeNames:  map[string]string{"#at": "at"},
		ExpressionAttributeValues: item{":stale": text(stamp(now.Add(-staleClaim)))},
	})
	if isConditionFailed(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim a copy in Slack of run %s: %w", runID, err)
	}
	return true, nil
}

// SaveSlackCopy stores where a copy is.
func (s *Store) SaveSlackCopy(ctx context.Context, runID string, c SlackCopy, now time.Time) error {
	it, err := slackCopyItem(runID, c, now)
	if err != nil {
		return err
	}
	it["made"] = &types.AttributeValueMemberBOOL{Value: true}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it}); err != nil {
		return fmt.Errorf("store a copy in Slack of run %s: %w", runID, err)
	}
	return nil
}

// SlackCopies returns all copies of a run, strongly consistent: a copy that was stored
// before a run was decided is among them. Claims are not, but for that of a scheduled
// message: it may be scheduled without its id being stored.
func (s *Store) SlackCopies(ctx context.Context, runID string) ([]SlackCopy, error) {
	query := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(slackRunPrefix + runID)},
	}
	var all []SlackCopy
	for {
		out, err := s.client.Query(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("load the copies in Slack of run %s: %w", runID, err)
		}
		for _, it := range out.Items {
			var c SlackCopy
			if err := json.Unmarshal([]byte(stringOf(it["body"])), &c); err != nil {
				return nil, fmt.Errorf("read the copies in Slack of run %s: %w", runID, err)
			}
			if _, made := it["made"]; !made && c.Kind != SlackRemind {
				continue
			}
			all = append(all, c)
		}
		if query.ExclusiveStartKey = out.LastEvaluatedKey; query.ExclusiveStartKey == nil {
			return all, nil
		}
	}
}

func slackCopyItem(runID string, c SlackCopy, now time.Time) (item, error) {
	if runID == "" || c.Kind == "" {
		return nil, errors.New("a copy in Slack needs a run and a kind")
	}
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode a copy in Slack of run %s: %w", runID, err)
	}
	kept := slackKept
	if c.Kind == SlackView {
		kept = slackViewKept
	}
	return item{
		"pk": text(slackRunPrefix + runID), "sk": text(c.Kind + "#" + c.Key), "body": text(string(body)),
		"at": text(stamp(now)), "expires_at": number(now.Add(kept).Unix()),
	}, nil
}
