package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxItem is in bytes, names of attributes included, and stays below the 400 KB
// (409,600 bytes) that DynamoDB takes for an item
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
const maxItem = 390 << 10

// reserve is what is kept of maxItem for a run to go on and end in: the acts of
// people, and entries that say what did not fit.
const reserve = 100 << 10

// HasRoom tells whether the run, as it would be stored, leaves the reserve. What
// a hook said is not to be kept if it doesn't: a run that can't be written any
// more could never end. The error is for a run that is no JSON.
func HasRoom(r *run.Run) (bool, error) {
	body, err := encode(r)
	if err != nil {
		return false, fmt.Errorf("run %s: %w", r.ID, err)
	}
	summary, err := encode(r.Summary())
	if err != nil {
		return false, fmt.Errorf("run %s: %w", r.ID, err)
	}
	return len(body)+len(summary) <= maxItem-reserve, nil
}

// encode writes JSON without escaping it for HTML, which would make six bytes
// of each <, > and &.
func encode(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
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
