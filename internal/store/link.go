package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A link connects a principal with an address that it carried, so that two
// principals meet through an address that both once carried. Each end has an
// item that lists the other ends. Links are only ever added.
const (
	linkPrefix = "LINK#"
	linkKey    = "LINKS"
)

// linkTries is how often links are read again that the table did not return.
const linkTries = 6

// Link stores the connections of p's principal that are not stored yet, and
// returns p with everybody that it is linked to. A person without a principal is
// returned unchanged. On an error nothing is known of p.
func (s *Store) Link(ctx context.Context, p run.Person) (run.Person, error) {
	principal, ends := p.Connections()
	if principal == "" {
		return p, nil
	}
	c := closure{store: s}
	if err := c.follow(ctx, &p); err != nil {
		return run.Person{}, fmt.Errorf("read the links of a person: %w", err)
	}
	for _, end := range ends {
		for from, to := range map[string]string{principal: end, end: principal} {
			if slices.Contains(c.known[from], to) {
				continue
			}
			full, err := s.addLink(ctx, from, to)
			if err != nil {
				return run.Person{}, fmt.Errorf("store a link of a person: %w", err)
			}
			p.Crowded = p.Crowded || full
		}
	}
	return p, nil
}

// Linked reads whom each of the people is linked to, and adds that to what they
// know already. today returns whom the directory links to a handle now.
func (s *Store) Linked(ctx context.Context, today func(handle string) []string, people ...*run.Person) error {
	c := closure{store: s, today: today}
	var handles []string
	for _, p := range people {
		for _, h := range p.Handles() {
			if !slices.Contains(handles, h) {
				handles = append(handles, h)
			}
		}
	}
	for part := range slices.Chunk(handles, maxFill) { // in few calls
		if err := c.read(ctx, part); err != nil {
			return fmt.Errorf("read the links of people: %w", err)
		}
	}
	for _, p := range people {
		if err := c.follow(ctx, p); err != nil {
			return fmt.Errorf("read the links of people: %w", err)
		}
	}
	return nil
}

// addLink stores one direction of a link. full reports that the item has no room for it.
func (s *Store) addLink(ctx context.Context, from, to string) (full bool, err error) {
	_, err = s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: linkOf(from),
		UpdateExpression:         aws.String("ADD #to :to"),
		ConditionExpression:      aws.String("attribute_not_exists(#to) OR size(#to) < :most OR contains(#to, :one)"),
		ExpressionAttributeNames: map[string]string{"#to": "to"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":to": &types.AttributeValueMemberSS{Value: []string{to}}, ":one": text(to), ":most": number(run.MaxLinks),
		},
	})
	if isConditionFailed(err) {
		return true, nil
	}
	return false, err
}

func linkOf(handle string) item { return item{"pk": text(linkPrefix + handle), "sk": text(linkKey)} }

// closure follows links. What it has read it does not read again.
type closure struct {
	store *Store
	known map[string][]string
	// today is nil where the directory links nobody.
	today func(handle string) []string
}

// follow adds to p everybody that it is linked to, over any number of links.
// Where they are too many it stops, and marks p as crowded.
func (c *closure) follow(ctx context.Context, p *run.Person) error {
	for {
		handles := p.Handles()
		if len(handles) > run.MaxLinks {
			p.Crowded = true
			return nil
		}
		if err := c.read(ctx, handles); err != nil {
			return err
		}
		grown := false
		for _, h := range handles {
			for _, to := range c.of(h) {
				if !slices.Contains(handles, to) && !slices.Contains(p.Links, to) {
					// Never in place: other copies of the person share the list.
					p.Links = append(slices.Clip(p.Links), to)
					grown = true
				}
			}
		}
		if !grown {
			return nil
		}
	}
}

// of returns whom a handle that was read is linked to.
func (c *closure) of(handle string) []string {
	if c.today == nil {
		return c.known[handle]
	}
	return append(slices.Clip(c.known[handle]), c.today(handle)...)
}

// read reads the links of the handles that are new.
func (c *closure) read(ctx context.Context, handles []string) error {
	if c.known == nil {
		c.known = map[string][]string{}
	}
	asked := types.KeysAndAttributes{ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("pk, #to"), ExpressionAttributeNames: map[string]string{"#to": "to"}}
	for _, h := range handles {
		if _, there := c.known[h]; !there {
			asked.Keys = append(asked.Keys, linkOf(h))
		}
	}
	for try := 0; len(asked.Keys) > 0; try++ {
		if try == linkTries {
			return errors.New("the table returns only some of the links")
		}
		if try > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(try) * 20 * time.Millisecond):
			}
		}
		out, err := c.store.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{c.store.table: asked}})
		if err != nil {
			return err
		}
		for _, it := range out.Responses[c.store.table] {
			if to, ok := it["to"].(*types.AttributeValueMemberSS); ok {
				c.known[stringOf(it["pk"])[len(linkPrefix):]] = to.Value
			}
		}
		asked.Keys = out.UnprocessedKeys[c.store.table].Keys
	}
	for _, h := range handles {
		if _, there := c.known[h]; !there {
			c.known[h] = nil
		}
	}
	return nil
}
