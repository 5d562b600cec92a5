package localaws

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Capacity is what one call of DynamoDB took, of the tables and their indexes.
type Capacity struct {
	// Function is the logical id of the function that called, "" for anybody else.
	Function string
	// Operation is such as PutItem.
	Operation string
	// Write tells that Units are write units, not read units.
	Write bool
	Units float64
}

var writes = map[string]bool{"PutItem": true, "UpdateItem": true, "DeleteItem": true, "BatchWriteItem": true, "TransactWriteItems": true}

// meter serves a call of DynamoDB, asks in it for the capacity that it takes, and
// tells OnCapacity. What the caller asked for itself it no longer finds apart.
func (s *Stack) meter(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var in map[string]json.RawMessage
	if err == nil && json.Unmarshal(body, &in) == nil && in != nil {
		in["ReturnConsumedCapacity"] = json.RawMessage(`"TOTAL"`)
		if body, err = json.Marshal(in); err == nil {
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
	}
	copied := &copying{ResponseWriter: w}
	s.DynamoDB.ServeHTTP(copied, r)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if units := consumed(copied.body.Bytes()); units > 0 {
		function, _ := s.Lambda.CallerOf(wire.Scope(r).AccessKey)
		s.opts.OnCapacity(Capacity{Function: function, Operation: operation, Write: writes[operation], Units: units})
	}
}

// consumed adds up the capacity in an answer: of one table, or of several.
func consumed(answer []byte) (units float64) {
	type capacity struct{ CapacityUnits float64 }
	var out struct{ ConsumedCapacity json.RawMessage }
	if json.Unmarshal(answer, &out) != nil {
		return 0
	}
	var one capacity
	if json.Unmarshal(out.ConsumedCapacity, &one) == nil {
		return one.CapacityUnits
	}
	var several []capacity
	_ = json.Unmarshal(out.ConsumedCapacity, &several) // what is neither took nothing
	for _, c := range several {
		units += c.CapacityUnits
	}
	return units
}

// copying keeps what is answered.
type copying struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copying) Write(p []byte) (int, error) {
	c.body.Write(p)
	return c.ResponseWriter.Write(p)
}
