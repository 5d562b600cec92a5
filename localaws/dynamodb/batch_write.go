package dynamodb

import (
	"maps"
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// maxBatchWrite is how many writes a BatchWriteItem may hold. (AWS, "Service
// quotas".)
const maxBatchWrite = 25

// batchWrite is one write of a batch: one of the two.
type batchWrite struct {
	PutRequest    *struct{ Item attr.Item }
	DeleteRequest *struct{ Key attr.Item }
}

type batchWriteItemInput struct {
	RequestItems                map[string][]batchWrite
	ReturnConsumedCapacity      capacityWanted
	ReturnItemCollectionMetrics string
}

func (in *batchWriteItemInput) tableNames() []string {
	return slices.Collect(maps.Keys(in.RequestItems))
}

type batchWriteItemOutput struct {
	UnprocessedItems map[string][]batchWrite
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// batchWriteItem implements BatchWriteItem. All of it is written or none, which
// is more than the service promises.
func (s *Service) batchWriteItem(in *batchWriteItemInput) (any, error) {
	if err := required("RequestItems", in.RequestItems != nil); err != nil {
		return nil, err
	}
	if err := in.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	var writes []*write
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		if len(in.RequestItems[name]) == 0 {
			return nil, tooMany("requestItems."+name, 0, maxBatchWrite)
		}
		for _, request := range in.RequestItems[name] {
			w, err := request.parse(name)
			if err != nil {
				return nil, err
			}
			writes = append(writes, w)
		}
	}
	if len(writes) == 0 {
		return nil, tooMany("requestItems", 0, maxBatchWrite)
	}
	if len(writes) > maxBatchWrite {
		return nil, invalidf("Too many items requested for the BatchWriteItem call")
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	if err := s.bindAll(writes, "Provided list of item keys contains duplicates"); err != nil {
		return nil, err
	}
	used := map[string]*consumed{}
	err := s.store.Update(func(tx kv.Writer) error {
		for _, w := range writes {
			_, _, took, err := w.apply(tx)
			if err != nil {
				return err
			}
			usage(used, w.tableName).add(took, 1)
		}
		return nil
	})
	return batchWriteItemOutput{map[string][]batchWrite{}, in.ReturnConsumedCapacity.reportAll(used)}, err
}

func (b batchWrite) parse(table string) (*write, error) {
	switch {
	case b.PutRequest != nil && b.DeleteRequest == nil:
		return (&writeInput{TableName: table, Item: b.PutRequest.Item}).parse("Put")
	case b.DeleteRequest != nil && b.PutRequest == nil:
		return (&writeInput{TableName: table, Key: b.DeleteRequest.Key}).parse("Delete")
	}
	return nil, invalidf("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
}

// bindAll binds the writes of one request to their tables and refuses two of
// one item, with the given complaint. The caller holds schema.
func (s *Service) bindAll(writes []*write, duplicates string) error {
	seen := map[string]bool{}
	for _, w := range writes {
		if err := w.bind(s); err != nil {
			return err
		}
		at := string(w.table.itemKey(w.key))
		if seen[at] {
			return invalidf("%s", duplicates)
		}
		seen[at] = true
	}
	return nil
}
