package dynamodb

import (
	"maps"
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// Limits of BatchGetItem. (AWS, "Service quotas".)
const (
	maxBatchGet      = 100
	maxBatchGetBytes = 16 << 20
)

// keysInput is what BatchGetItem asks of one table.
type keysInput struct {
	Keys []attr.Item
	projectionInput
	ConsistentRead bool `json:",omitempty"`
}

type batchGetItemInput struct {
	RequestItems           map[string]*keysInput
	ReturnConsumedCapacity capacityWanted
}

func (in *batchGetItemInput) tableNames() []string {
	return slices.Collect(maps.Keys(in.RequestItems))
}

type batchGetItemOutput struct {
	Responses        map[string][]attr.Item
	UnprocessedKeys  map[string]*unprocessedKeys
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// unprocessedKeys is a keysInput that a client can send again as it is.
type unprocessedKeys struct {
	Keys                     []attr.Item
	ProjectionExpression     *string           `json:",omitempty"`
	ExpressionAttributeNames map[string]string `json:",omitempty"`
	ConsistentRead           bool              `json:",omitempty"`
}

// batchGetItem implements BatchGetItem: all from one snapshot, which is more
// than the service promises. What doesn't fit into 16 MB comes back as
// unprocessed.
func (s *Service) batchGetItem(in *batchGetItemInput) (any, error) {
	if err := required("RequestItems", in.RequestItems != nil); err != nil {
		return nil, err
	}
	if err := in.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	names := slices.Sorted(maps.Keys(in.RequestItems))
	projections, err := s.checkBatchGet(in, names)
	if err != nil {
		return nil, err
	}
	out := batchGetItemOutput{Responses: map[string][]attr.Item{}, UnprocessedKeys: map[string]*unprocessedKeys{}}
	used, bytes := map[string]*consumed{}, 0
	err = s.store.View(func(r kv.Reader) error {
		for _, name := range names {
			t, request := s.tables[name], in.RequestItems[name]
			out.Responses[name] = []attr.Item{}
			for _, key := range request.Keys {
				item, err := t.load(r, key)
				if err != nil {
					return err
				}
				if bytes += item.Size(); bytes > maxBatchGetBytes {
					request.postpone(out.UnprocessedKeys, name, key)
					continue
				}
				usage(used, name).table += readUnits(item.Size(), request.ConsistentRead)
				if item != nil {
					out.Responses[name] = append(out.Responses[name], project(item, projections[name]))
				}
			}
		}
		return nil
	})
	out.ConsumedCapacity = in.ReturnConsumedCapacity.reportAll(used)
	return out, err
}

func (in *keysInput) postpone(unprocessed map[string]*unprocessedKeys, table string, key attr.Item) {
	if unprocessed[table] == nil {
		unprocessed[table] = &unprocessedKeys{
			ProjectionExpression:     in.ProjectionExpression,
			ExpressionAttributeNames: in.ExpressionAttributeNames,
			ConsistentRead:           in.ConsistentRead,
		}
	}
	unprocessed[table].Keys = append(unprocessed[table].Keys, key)
}

// checkBatchGet checks the whole request before anything is read.
func (s *Service) checkBatchGet(in *batchGetItemInput, names []string) (map[string]*expr.Projection, error) {
	projections, count := map[string]*expr.Projection{}, 0
	for _, name := range names {
		request := in.RequestItems[name]
		if request == nil {
			return nil, required("Keys", false)
		}
		count += len(request.Keys)
		projection, err := request.projectionInput.parse()
		if err != nil {
			return nil, err
		}
		projections[name] = projection
		for _, key := range request.Keys {
			if err := key.Check(); err != nil {
				return nil, err
			}
		}
		if len(request.Keys) == 0 {
			return nil, tooMany("requestItems."+name+".member.keys", 0, maxBatchGet)
		}
	}
	if count == 0 {
		return nil, tooMany("requestItems", 0, maxBatchGet)
	}
	if count > maxBatchGet {
		return nil, invalidf("Too many items requested for the BatchGetItem call")
	}
	for _, name := range names {
		t, err := s.table(name)
		if err != nil {
			return nil, err
		}
		seen := map[string]bool{}
		for _, key := range in.RequestItems[name].Keys {
			if err := t.key.checkKey(key); err != nil {
				return nil, err
			}
			at := string(t.itemKey(key))
			if seen[at] {
				return nil, invalidf("Provided list of item keys contains duplicates")
			}
			seen[at] = true
		}
	}
	return projections, nil
}
