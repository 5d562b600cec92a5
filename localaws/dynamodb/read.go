package dynamodb

import (
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// projectionInput is how a request says which parts of items it wants.
type projectionInput struct {
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

// parse returns the projection; nil stands for the whole item.
func (in *projectionInput) parse() (*expr.Projection, error) {
	if in.ProjectionExpression == nil {
		if len(in.ExpressionAttributeNames) > 0 {
			return nil, invalidf("ExpressionAttributeNames can only be specified when using expressions")
		}
		return nil, nil
	}
	params, err := expr.NewParams(in.ExpressionAttributeNames, nil)
	if err != nil {
		return nil, err
	}
	projection, err := expr.ParseProjection(*in.ProjectionExpression, params)
	if err != nil {
		return nil, err
	}
	return &projection, params.Unused()
}

// project returns what of an item a projection asks for.
func project(item attr.Item, projection *expr.Projection) attr.Item {
	if projection == nil || item == nil {
		return item
	}
	return projection.Of(item)
}

type getItemInput struct {
	TableName string
	Key       attr.Item
	projectionInput
	ConsistentRead         bool
	ReturnConsumedCapacity capacityWanted
}

func (in *getItemInput) tableNames() []string { return []string{in.TableName} }

type getItemOutput struct {
	Item             attr.Item         `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// getItem implements GetItem.
func (s *Service) getItem(in *getItemInput) (any, error) {
	if err := required("Key", in.Key != nil); err != nil {
		return nil, err
	}
	if err := in.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	if err := in.Key.Check(); err != nil {
		return nil, err
	}
	projection, err := in.projectionInput.parse()
	if err != nil {
		return nil, err
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	t, err := s.table(in.TableName)
	if err != nil {
		return nil, err
	}
	if err := t.key.checkKey(in.Key); err != nil {
		return nil, err
	}
	var item attr.Item
	if err := s.store.View(func(r kv.Reader) error {
		item, err = t.load(r, in.Key)
		return err
	}); err != nil {
		return nil, err
	}
	used := consumed{table: readUnits(item.Size(), in.ConsistentRead)}
	out := getItemOutput{ConsumedCapacity: in.ReturnConsumedCapacity.report(in.TableName, used)}
	if item != nil {
		out.Item = project(item, projection)
		if len(out.Item) == 0 {
			// An item without projected attributes still exists: the response has {},
			// which omitempty would drop.
			return struct {
				Item             attr.Item
				ConsumedCapacity *consumedCapacity `json:",omitempty"`
			}{attr.Item{}, out.ConsumedCapacity}, nil
		}
	}
	return out, nil
}
