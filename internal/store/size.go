package store

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxItem is in bytes, names of attributes included, and stays below the 400 KB
// (409,600 bytes) that DynamoDB takes for an item
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
const maxItem = 390 << 10

// The engine ends a run while it still fits: a negative constant doesn't compile.
const _ = uint(maxItem - engine.MaxSize)

// reserve is what is kept of maxItem for a run to go on and end in: the acts of
// people, and entries that say what did not fit.
const reserve = 100 << 10

// HasRoom reports whether the run, as it would be stored, leaves the reserve. Otherwise
// the response of a hook must not be kept: a run that can't be written could never end.
// The error is for a run that can't be encoded.
func HasRoom(r *run.Run) (bool, error) {
	size, err := r.Size()
	return size <= maxItem-reserve, err
}

// sizeOf is an item's size in bytes, as DynamoDB counts it or a little more: a
// number takes at most 21.
func sizeOf(it item) int {
	size := 0
	for name, value := range it {
		size += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			size += len(v.Value)
		default:
			size += 21
		}
	}
	return size
}
