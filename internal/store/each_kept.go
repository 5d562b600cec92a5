package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Kept is a value that the hooks of a flow keep.
type Kept struct {
	Flow  string         `json:"flow"`
	Scope run.StoreScope `json:"scope"`
	// Person is the login or the address under which a value of a person is kept.
	Person    string          `json:"person,omitempty"`
	Key       string          `json:"key"`
	Value     json.RawMessage `json:"value"`
	ExpiresAt time.Time       `json:"expires_at"`
}

// EachKept calls f with every value that hooks keep and that has not expired: those of an
// owner together, by their keys, the owners in no order. flow selects those of one flow, ""
// all. Of what can't be read, unreadable gets the name of the item. It reads the whole
// table, strongly consistent.
func (s *Store) EachKept(ctx context.Context, flow string, now time.Time, f func(Kept) error, unreadable func(problem string)) error {
	prefix := shelfPrefix
	filter := "begins_with(pk, :store)"
	if flow != "" {
		prefix += flow
		filter = "pk = :store"
	}
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), FilterExpression: &filter,
		ExpressionAttributeValues: map[string]types.AttributeValue{":store": text(prefix)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table: %w", err)
		}
		for _, it := range page.Items {
			kept, err := keptIn(it, now)
			if err != nil {
				unreadable(err.Error())
				continue
			}
			for _, k := range kept {
				if err := f(k); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keptIn returns the values of an item, by their keys.
func keptIn(it item, now time.Time) ([]Kept, error) {
	of := Kept{Flow: strings.TrimPrefix(stringOf(it["pk"]), shelfPrefix), Scope: run.PerFlow}
	if handle, found := strings.CutPrefix(stringOf(it["sk"]), shelfPerson); found {
		of.Scope, of.Person = run.PerPerson, unescapeKey(handle)
	}
	var shelf run.Shelf
	if err := json.Unmarshal([]byte(stringOf(it["body"])), &shelf); err != nil {
		return nil, fmt.Errorf("what hooks keep in %s can't be read: %w", nameOf(it), err)
	}
	var kept []Kept
	for _, key := range slices.Sorted(maps.Keys(shelf.Values)) {
		v := shelf.Values[key]
		if !v.ExpiresAt.After(now) {
			continue
		}
		k := of
		k.Key, k.Value, k.ExpiresAt = key, v.Value, v.ExpiresAt
		kept = append(kept, k)
	}
	return kept, nil
}
