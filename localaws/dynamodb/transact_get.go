package dynamodb

import (
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// transactGet is one read of a transaction.
type transactGet struct {
	Get *struct {
		TableName string
		Key       attr.Item
		projectionInput
	}
}

type transactGetItemsInput struct {
	TransactItems          []transactGet
	ReturnConsumedCapacity capacityWanted
}

func (in *transactGetItemsInput) tableNames() []string {
	var names []string
	for _, item := range in.TransactItems {
		if item.Get != nil {
			names = append(names, item.Get.TableName)
		}
	}
	return names
}

type transactGetItemsOutput struct {
	Responses        []itemResponse
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

type itemResponse struct {
	Item attr.Item `json:",omitempty"`
}

// transactGetItems implements TransactGetItems.
func (s *Service) transactGetItems(in *transactGetItemsInput) (any, error) {
	if err := tooMany("transactItems", len(in.TransactItems), maxTransaction); err != nil {
		return nil, err
	}
	if err := in.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	projections := make([]*expr.Projection, len(in.TransactItems))
	for i, item := range in.TransactItems {
		if err := required("Get", item.Get != nil); err != nil {
			return nil, err
		}
		if err := item.Get.Key.Check(); err != nil {
			return nil, err
		}
		var err error
		if projections[i], err = item.Get.projectionInput.parse(); err != nil {
			return nil, err
		}
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	seen := map[string]bool{}
	for _, item := range in.TransactItems {
		t, err := s.table(item.Get.TableName)
		if err != nil {
			return nil, err
		}
		if err := t.key.checkKey(item.Get.Key); err != nil {
			return nil, err
		}
		at := string(t.itemKey(item.Get.Key))
		if seen[at] {
			return nil, invalidf("Transaction request cannot include multiple operations on one item")
		}
		seen[at] = true
	}
	out := transactGetItemsOutput{Responses: make([]itemResponse, len(in.TransactItems))}
	used := map[string]*consumed{}
	err := s.store.View(func(r kv.Reader) error {
		for i, request := range in.TransactItems {
			item, err := s.tables[request.Get.TableName].load(r, request.Get.Key)
			if err != nil {
				return err
			}
			usage(used, request.Get.TableName).table += 2 * readUnits(item.Size(), true)
			out.Responses[i].Item = project(item, projections[i])
		}
		return nil
	})
	out.ConsumedCapacity = in.ReturnConsumedCapacity.reportAll(used)
	for _, told := range out.ConsumedCapacity {
		told.ReadCapacityUnits = told.CapacityUnits
	}
	return out, err
}
