package eks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// keep is how long a record stays after its last access ended. A fence is a time in
// seconds, and no call comes that late.
const keep = 30 * 24 * time.Hour

// record is what fasttrack has made for one principal in one cluster. It is written
// before the change, so that a crash leaves on record what to remove.
type record struct {
	// Policies are the associations, by the policy's ARN.
	Policies map[string]*association `json:"policies,omitempty"`
	// Calls are the last ones, by access.
	Calls map[string]call `json:"calls,omitempty"`
	// version counts the changes; 0 is a record that was never saved.
	version int64
}

// call is a give or a take.
type call struct {
	Fence int64 `json:"fence"`
	Taken bool  `json:"taken,omitempty"`
}

// begin records a call about an access, unless it is late.
func (r *record) begin(id string, fence int64, taken bool) error {
	if fence < r.Calls[id].Fence {
		return strategy.ErrStale
	}
	if r.Calls == nil {
		r.Calls = map[string]call{}
	}
	r.Calls[id] = call{fence, taken}
	return nil
}

// association is one policy of the principal.
type association struct {
	// Added are the scopes that fasttrack added, or is about to; until Until also those
	// that no access needs any more.
	Added scopes    `json:"added,omitempty"`
	Until time.Time `json:"until,omitzero"`
	// Base are the namespaces that were there before fasttrack widened the
	// association to the whole cluster.
	Base scopes `json:"base,omitempty"`
	// Wanted are the scopes that each access needs of Added.
	Wanted map[string]scopes `json:"wanted,omitempty"`
}

// wanted are the scopes of all accesses together.
func (a *association) wanted() (all scopes) {
	for _, s := range a.Wanted {
		all = all.and(s)
	}
	return all
}

// of returns the association with a policy, made if it is new.
func (r *record) of(policy string) *association {
	if r.Policies == nil {
		r.Policies = map[string]*association{}
	}
	if r.Policies[policy] == nil {
		r.Policies[policy] = &association{}
	}
	a := r.Policies[policy]
	if a.Wanted == nil {
		a.Wanted = map[string]scopes{}
	}
	return a
}

// wanted reports whether any access needs anything.
func (r *record) wanted() bool {
	for _, a := range r.Policies {
		if len(a.Wanted) > 0 {
			return true
		}
	}
	return false
}

// tidy forgets what says nothing any more.
func (r *record) tidy(now time.Time) {
	live := map[string]bool{}
	for policy, a := range r.Policies {
		a.forget(now)
		for id := range a.Wanted {
			live[id] = true
		}
		if len(a.Added) == 0 && len(a.Wanted) == 0 {
			delete(r.Policies, policy)
		}
	}
	for id, c := range r.Calls {
		if !live[id] && time.Unix(c.Fence, 0).Before(now.Add(-keep)) {
			delete(r.Calls, id)
		}
	}
}

// errConflict means that another call changed the record since it was loaded.
var errConflict = errors.New("another call changes this access just now")

// Table is the part of DynamoDB that is called.
type Table interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

type item = map[string]types.AttributeValue

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// load reads a record. One that was never saved is empty.
func (s *Strategy) load(ctx context.Context, key string) (*record, error) {
	out, err := s.table.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.tableName, Key: item{"pk": &types.AttributeValueMemberS{Value: key}}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("read the record of this access: %w", err)
	}
	r := &record{}
	if out.Item == nil {
		return r, nil
	}
	body, isText := out.Item["record"].(*types.AttributeValueMemberS)
	version, isNumber := out.Item["version"].(*types.AttributeValueMemberN)
	if !isText || !isNumber {
		return nil, errors.New("the record of this access is invalid")
	}
	if err := json.Unmarshal([]byte(body.Value), r); err != nil {
		return nil, fmt.Errorf("the record of this access is invalid: %w", err)
	}
	if r.version, err = strconv.ParseInt(version.Value, 10, 64); err != nil {
		return nil, fmt.Errorf("the record of this access is invalid: %w", err)
	}
	return r, nil
}

// save writes a record if nobody changed it since it was loaded. Otherwise the error is
// errConflict.
func (s *Strategy) save(ctx context.Context, key string, r *record) error {
	r.tidy(s.now())
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	it := item{"pk": &types.AttributeValueMemberS{Value: key}, "record": &types.AttributeValueMemberS{Value: string(raw)}, "version": number(r.version + 1)}
	if !r.wanted() {
		it["expires"] = number(s.now().Add(keep).Unix())
	}
	in := &dynamodb.PutItemInput{TableName: &s.tableName, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if r.version > 0 {
		in.ConditionExpression = aws.String("version = :version")
		in.ExpressionAttributeValues = item{":version": number(r.version)}
	}
	_, err = s.table.PutItem(ctx, in)
	if _, conflict := errors.AsType[*types.ConditionalCheckFailedException](err); conflict {
		return errConflict
	}
	if err != nil {
		return fmt.Errorf("record this access: %w", err)
	}
	r.version++
	return nil
}
