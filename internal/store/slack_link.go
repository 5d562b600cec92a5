package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Links of Slack users, and the codes that make them. functions/request alone writes
// either.
const (
	slackLinkPrefix = "BIND#"
	slackLinkKey    = "BIND"
	slackCodePrefix = "BINDCODE#"
	slackCodeKey    = "CODE"
	// slackLinkList is the list of all links, ranked by address.
	slackLinkList = "slack-links"
)

// ErrCode means that a code of a Slack link is unknown, used or too old.
var ErrCode = errors.New("unknown code")

func slackLinkItem(team, user string) item {
	return item{"pk": text(slackLinkPrefix + team + "#" + user), "sk": text(slackLinkKey)}
}

// slackCodeItem is the key of a code, of which only the digest is stored.
func slackCodeItem(code string) item {
	digest := sha256.Sum256([]byte(code))
	return item{"pk": text(slackCodePrefix + hex.EncodeToString(digest[:])), "sk": text(slackCodeKey)}
}

// LoadSlackLink returns the link of a Slack user, strongly consistent; else
// [ErrNotFound].
func (s *Store) LoadSlackLink(ctx context.Context, team, user string) (run.SlackAccount, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, ConsistentRead: aws.Bool(true), Key: slackLinkItem(team, user)})
	switch {
	case err != nil:
		return run.SlackAccount{}, fmt.Errorf("load a Slack link: %w", err)
	case len(out.Item) == 0:
		return run.SlackAccount{}, ErrNotFound
	}
	return readSlackLink(out.Item)
}

func readSlackLink(it item) (l run.SlackAccount, err error) {
	if err := json.Unmarshal([]byte(stringOf(it["body"])), &l); err != nil {
		return run.SlackAccount{}, fmt.Errorf("read a Slack link: %w", err)
	}
	return l, nil
}

// SaveSlackLink stores a link. One that a first call makes replaces none: then it returns
// [ErrExists].
func (s *Store) SaveSlackLink(ctx context.Context, l run.SlackAccount) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	it := slackLinkItem(l.Team, l.User)
	it["body"], it["list"], it["rank"] = text(string(body)), text(slackLinkList), text(slackRank(l.Person)+"#"+l.Team+"#"+l.User)
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: it}
	if l.First {
		in.ConditionExpression = aws.String("attribute_not_exists(pk)")
	}
	if _, err = s.client.PutItem(ctx, in); isConditionFailed(err) {
		return ErrExists
	} else if err != nil {
		return fmt.Errorf("store a Slack link: %w", err)
	}
	return nil
}

// slackRank begins the rank of a person's links. No id contains the mark that follows it.
func slackRank(p run.Person) string { return strings.ReplaceAll(email.Fold(p.ID), "#", "%23") }

// DeleteSlackLink deletes a link, if it is still that of the person.
func (s *Store) DeleteSlackLink(ctx context.Context, l run.SlackAccount) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: slackLinkItem(l.Team, l.User)})
	if err != nil {
		return fmt.Errorf("delete a Slack link: %w", err)
	}
	return nil
}

// maxSlackLinks is how many links one list has.
const maxSlackLinks = 100

// SlackLinks lists the links of a person, of everybody if p is nil, by address. more
// reports that there are others.
func (s *Store) SlackLinks(ctx context.Context, p *run.Person) (list []run.SlackAccount, more bool, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(listsIndex), KeyConditionExpression: aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":list": text(slackLinkList)}, Limit: aws.Int32(maxSlackLinks + 1),
	}
	if p != nil {
		in.KeyConditionExpression = aws.String("#list = :list AND begins_with(#rank, :rank)")
		in.ExpressionAttributeNames["#rank"] = "rank"
		in.ExpressionAttributeValues[":rank"] = text(slackRank(*p) + "#")
	}
	out, err := s.client.Query(ctx, in)
	if err != nil {
		return nil, false, fmt.Errorf("list Slack links: %w", err)
	}
	list = []run.SlackAccount{}
	for i, it := range out.Items {
		if i == maxSlackLinks {
			return list, true, nil
		}
		team, user, _ := strings.Cut(strings.TrimPrefix(stringOf(it["pk"]), slackLinkPrefix), "#")
		switch l, err := s.LoadSlackLink(ctx, team, user); {
		case errors.Is(err, ErrNotFound): // deleted since the index was read
		case err != nil:
			return nil, false, err
		default:
			list = append(list, l)
		}
	}
	return list, false, nil
}

// SaveSlackCode stores whom a code links, until a time.
func (s *Store) SaveSlackCode(ctx context.Context, code string, l run.SlackAccount, until time.Time) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	it := slackCodeItem(code)
	it["body"], it["until"], it["expires_at"] = text(string(body)), text(stamp(until)), number(until.Unix())
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)")})
	if err != nil {
		return fmt.Errorf("store a code of a Slack link: %w", err)
	}
	return nil
}

// LoadSlackCode returns whom an unused code links; else [ErrCode].
func (s *Store) LoadSlackCode(ctx context.Context, code string, now time.Time) (run.SlackAccount, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, ConsistentRead: aws.Bool(true), Key: slackCodeItem(code)})
	if err != nil {
		return run.SlackAccount{}, fmt.Errorf("load a code of a Slack link: %w", err)
	}
	if _, used := out.Item["used"]; used || len(out.Item) == 0 || stringOf(out.Item["until"]) <= stamp(now) {
		return run.SlackAccount{}, ErrCode
	}
	return readSlackLink(out.Item)
}

// UseSlackCode marks a code as used. Of two calls one gets [ErrCode].
func (s *Store) UseSlackCode(ctx context.Context, code string, now time.Time) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: slackCodeItem(code), UpdateExpression: aws.String("SET #used = :now"),
		ConditionExpression:       aws.String("attribute_exists(pk) AND attribute_not_exists(#used) AND #until > :now"),
		ExpressionAttributeNames:  map[string]string{"#used": "used", "#until": "until"},
		ExpressionAttributeValues: item{":now": text(stamp(now))},
	})
	if isConditionFailed(err) {
		return ErrCode
	}
	if err != nil {
		return fmt.Errorf("use a code of a Slack link: %w", err)
	}
	return nil
}
