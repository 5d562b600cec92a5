package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// The App Homes that people looked at lately are in one partition: there are few.
const slackHomes = "SLACK#HOMES"

// slackHomeKept is how long an App Home is kept up to date after somebody opened it. Who
// opens it again has it made anew.
const slackHomeKept = 8 * time.Hour

// SlackHome is a Slack user who looked at their App Home lately.
type SlackHome struct {
	Team       string `json:"team,omitempty"`
	Enterprise string `json:"enterprise,omitempty"`
	User       string `json:"user"`
	// Email is their address in Slack, folded.
	Email string `json:"email,omitempty"`
}

// SaveSlackHome stores that a Slack user looks at their App Home.
func (s *Store) SaveSlackHome(ctx context.Context, h SlackHome, now time.Time) error {
	body, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode an App Home: %w", err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item{
		"pk": text(slackHomes), "sk": text(h.Team + "#" + h.User), "body": text(string(body)), "at": text(stamp(now)), "expires_at": number(now.Add(slackHomeKept).Unix()),
	}})
	if err != nil {
		return fmt.Errorf("store an App Home: %w", err)
	}
	return nil
}

// SlackHomes returns whose App Homes are kept up to date. Of more than one page, the rest
// is not.
func (s *Store) SlackHomes(ctx context.Context, now time.Time) ([]SlackHome, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": text(slackHomes)},
	})
	if err != nil {
		return nil, fmt.Errorf("load the App Homes: %w", err)
	}
	var all []SlackHome
	for _, it := range out.Items {
		if stringOf(it["at"]) <= stamp(now.Add(-slackHomeKept)) {
			continue // DynamoDB deletes it in its own time
		}
		var h SlackHome
		if err := json.Unmarshal([]byte(stringOf(it["body"])), &h); err != nil {
			return nil, fmt.Errorf("read an App Home: %w", err)
		}
		all = append(all, h)
	}
	return all, nil
}
