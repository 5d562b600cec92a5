package dynamodb

import (
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// singleWriteInput is the request of PutItem, UpdateItem and DeleteItem.
type singleWriteInput struct {
	writeInput
	ReturnValues                string
	ReturnConsumedCapacity      capacityWanted
	ReturnItemCollectionMetrics string // always empty: local secondary indexes are not served
}

func (in *singleWriteInput) tableNames() []string { return []string{in.TableName} }

type writeOutput struct {
	Attributes       attr.Item         `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// putItem implements PutItem.
func (s *Service) putItem(in *singleWriteInput) (any, error) {
	return s.single("Put", in, "ALL_OLD", "NONE")
}

// deleteItem implements DeleteItem.
func (s *Service) deleteItem(in *singleWriteInput) (any, error) {
	return s.single("Delete", in, "ALL_OLD", "NONE")
}

// updateItem implements UpdateItem.
func (s *Service) updateItem(in *singleWriteInput) (any, error) {
	return s.single("Update", in, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
}

// single parses, applies and answers one write. returns are the values of
// ReturnValues that it can have.
func (s *Service) single(verb string, in *singleWriteInput, returns ...string) (any, error) {
	if err := oneOf("returnValues", in.ReturnValues, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"); err != nil {
		return nil, err
	}
	if oneOf("", in.ReturnValues, returns...) != nil {
		return nil, invalidf("ReturnValues can only be ALL_OLD or NONE")
	}
	if err := in.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	if err := oneOf("returnItemCollectionMetrics", in.ReturnItemCollectionMetrics, "SIZE", "NONE"); err != nil {
		return nil, err
	}
	w, err := in.parse(verb)
	if err != nil {
		return nil, err
	}
	before, after, used, err := s.alone(w)
	if err != nil {
		return nil, err
	}
	out := writeOutput{ConsumedCapacity: in.ReturnConsumedCapacity.report(in.TableName, used)}
	switch in.ReturnValues {
	case "ALL_OLD":
		out.Attributes = before
	case "ALL_NEW":
		out.Attributes = after
	case "UPDATED_OLD":
		out.Attributes = w.update.Touched(before)
	case "UPDATED_NEW":
		out.Attributes = w.update.Touched(after)
	}
	return out, nil
}
