package localaws

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Capacity is the capacity that one DynamoDB call consumed, of tables and indexes.
type Capacity struct {
	// Function is the logical id of the function that called, "" for any other caller.
	Function string
	// Operation is the operation, such as PutItem.
	Operation string
	// Write is true for write units, false for read units.
	Write bool
	Units float64
	// Indexes has the part of Units that each index took, by its name.
	Indexes map[string]float64
	// Request is the body of the call.
	Request json.RawMessage
}

var writes = map[string]bool{"PutItem": true, "UpdateItem": true, "DeleteItem": true, "BatchWriteItem": true, "TransactWriteItems": true}

// meter serves a DynamoDB call with ReturnConsumedCapacity=INDEXES, whatever the caller
// set, and reports the capacity to OnCapacity.
func (s *Stack) meter(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var in map[string]json.RawMessage
	if err == nil && json.Unmarshal(body, &in) == nil && in != nil {
		in["ReturnConsumedCapacity"] = json.RawMessage(`"INDEXES"`)
		if body, err = json.Marshal(in); err == nil {
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
	}
	copied := &copying{ResponseWriter: w}
	s.DynamoDB.ServeHTTP(copied, r)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if units, indexes := consumed(copied.body.Bytes()); units > 0 {
		function, _ := s.Lambda.CallerOf(wire.Scope(r).AccessKey)
		s.opts.OnCapacity(Capacity{Function: function, Operation: operation, Write: writes[operation], Units: units, Indexes: indexes, Request: body})
	}
}

// consumed adds up the capacity in a response, of one table or of several, and that of
// the indexes.
func consumed(answer []byte) (units float64, indexes map[string]float64) {
	type capacity struct {
		CapacityUnits          float64
		GlobalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
	}
	var out struct{ ConsumedCapacity json.RawMessage }
	if json.Unmarshal(answer, &out) != nil {
		return 0, nil
	}
	var all []capacity
	if one := (capacity{}); json.Unmarshal(out.ConsumedCapacity, &one) == nil {
		all = []capacity{one}
	} else {
		_ = json.Unmarshal(out.ConsumedCapacity, &all) // any other form consumed nothing
	}
	indexes = map[string]float64{}
	for _, c := range all {
		units += c.CapacityUnits
		for name, of := range c.GlobalSecondaryIndexes {
			indexes[name] += of.CapacityUnits
		}
	}
	return units, indexes
}

// copying keeps a copy of the response.
type copying struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copying) Write(p []byte) (int, error) {
	c.body.Write(p)
	return c.ResponseWriter.Write(p)
}
