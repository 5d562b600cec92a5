package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// slackActPrefix begins the counts of actions in Slack, by Slack user and minute.
const slackActPrefix = "LIMIT#SLACK#"

// MaxSlackActs is how many actions a Slack user takes within a minute.
const MaxSlackActs = 10

// CountSlackAct counts an action of a Slack user. It reports false, and counts nothing, for
// one too many in this minute.
func (s *Store) CountSlackAct(ctx context.Context, team, user string, now time.Time) (bool, error) {
	minute := now.UTC().Truncate(time.Minute)
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: item{"pk": text(slackActPrefix + team + "#" + user), "sk": text(stamp(minute))},
		UpdateExpression:          aws.String("ADD #n :one SET expires_at = :end"),
		ConditionExpression:       aws.String("attribute_not_exists(#n) OR #n < :most"),
		ExpressionAttributeNames:  map[string]string{"#n": "n"},
		ExpressionAttributeValues: item{":one": number(1), ":most": number(MaxSlackActs), ":end": number(minute.Add(time.Hour).Unix())},
	})
	if isConditionFailed(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("count an action in Slack: %w", err)
	}
	return true, nil
}
