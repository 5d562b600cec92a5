package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const (
	slackEmailPrefix = "SLACK#EMAIL#"
	slackUserKey     = "USER"
)

// slackUserKept is how long what Slack said of a user is used: its calls for users are
// limited to some 50 a minute.
const slackUserKept = 24 * time.Hour

// SlackUser is what Slack said of a user, and when.
type SlackUser struct {
	Team string `json:"team,omitempty"`
	// ID is empty if Slack has no such user; Why says so, for people.
	ID    string    `json:"id,omitempty"`
	Email string    `json:"email,omitempty"`
	Name  string    `json:"name,omitempty"`
	Why   string    `json:"why,omitempty"`
	At    time.Time `json:"at"`
}

// SlackUserByEmail returns which Slack user has a folded e-mail address; false if that is
// unknown, or not of today.
func (s *Store) SlackUserByEmail(ctx context.Context, email string, now time.Time) (SlackUser, bool, error) {
	return s.slackUser(ctx, slackEmailPrefix+email, now)
}

// SaveSlackUserByEmail stores which user Slack has for a folded e-mail address, or why
// nobody has it.
func (s *Store) SaveSlackUserByEmail(ctx context.Context, email string, u SlackUser) error {
	return s.saveSlackUser(ctx, slackEmailPrefix+email, u)
}

func (s *Store) slackUser(ctx context.Context, pk string, now time.Time) (SlackUser, bool, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: item{"pk": text(pk), "sk": text(slackUserKey)}})
	if err != nil {
		return SlackUser{}, false, fmt.Errorf("load a Slack user: %w", err)
	}
	if len(out.Item) == 0 {
		return SlackUser{}, false, nil
	}
	var u SlackUser
	if err := json.Unmarshal([]byte(stringOf(out.Item["body"])), &u); err != nil {
		return SlackUser{}, false, fmt.Errorf("read a Slack user: %w", err)
	}
	if age := now.Sub(u.At); age < 0 || age >= slackUserKept {
		return SlackUser{}, false, nil
	}
	return u, true, nil
}

func (s *Store) saveSlackUser(ctx context.Context, pk string, u SlackUser) error {
	u.At = u.At.UTC()
	body, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode a Slack user: %w", err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item{
		"pk": text(pk), "sk": text(slackUserKey), "body": text(string(body)), "expires_at": number(u.At.Add(slackUserKept).Unix()),
	}})
	if err != nil {
		return fmt.Errorf("store a Slack user: %w", err)
	}
	return nil
}
