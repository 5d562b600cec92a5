package dynamodb

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// maxBody is the largest request: 16 MB of items, and room for their JSON.
// (AWS, "Service quotas": BatchWriteItem.)
const maxBody = 32 << 20

const targetPrefix = "DynamoDB_20120810."

// An operation decodes its request and carries it out.
type operation func(s *Service, body []byte) (call, error)

// call is a decoded request: the tables that it names, and what it does.
type call struct {
	tables []string
	run    func() (any, error)
}

// request is what the operations' inputs have in common.
type request interface{ tableNames() []string }

// op makes an operation of a typed method.
func op[In any, PIn interface {
	*In
	request
}](run func(*Service, PIn) (any, error)) operation {
	return func(s *Service, body []byte) (call, error) {
		in := PIn(new(In))
		if err := decode(body, in); err != nil {
			return call{}, err
		}
		tables := in.tableNames()
		slices.Sort(tables)
		return call{slices.Compact(tables), func() (any, error) { return run(s, in) }}, nil
	}
}

// operations are those that the local table implements.
var operations = map[string]operation{
	"BatchGetItem":              op((*Service).batchGetItem),
	"BatchWriteItem":            op((*Service).batchWriteItem),
	"CreateTable":               op((*Service).createTable),
	"DeleteItem":                op((*Service).deleteItem),
	"DeleteTable":               op((*Service).deleteTable),
	"DescribeContinuousBackups": op((*Service).describeContinuousBackups),
	"DescribeTable":             op((*Service).describeTable),
	"DescribeTimeToLive":        op((*Service).describeTimeToLive),
	"GetItem":                   op((*Service).getItem),
	"ListTables":                op((*Service).listTables),
	"PutItem":                   op((*Service).putItem),
	"Query":                     op((*Service).query),
	"Scan":                      op((*Service).scan),
	"TransactGetItems":          op((*Service).transactGetItems),
	"TransactWriteItems":        op((*Service).transactWriteItems),
	"UpdateItem":                op((*Service).updateItem),
	"UpdateTimeToLive":          op((*Service).updateTimeToLive),
}

// Served lists the operations.
func (*Service) Served() []string { return slices.Sorted(maps.Keys(operations)) }

// ServeHTTP answers one call of the protocol AWS JSON 1.0. Signatures aren't
// looked at.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.serve(w, r)
	status := http.StatusOK
	if err != nil {
		known := asError(err)
		if known.Code == "InternalServerError" && !errors.As(err, new(*Error)) {
			s.options.Logger.Error("local table failed", "target", r.Header.Get("X-Amz-Target"), "error", err)
		}
		if status = known.Status; status == 0 {
			status = http.StatusBadRequest
		}
		out = known.body()
	}
	body, err := json.Marshal(out)
	if err != nil {
		s.options.Logger.Error("local table can't write its answer", "target", r.Header.Get("X-Amz-Target"), "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/x-amz-json-1.0")
	header.Set("X-Amzn-Requestid", rand.Text())
	header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone if this fails
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) (any, error) {
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	if !ok || r.Method != http.MethodPost {
		return nil, &Error{Code: "UnknownOperationException", Message: "The local table takes POST with X-Amz-Target: " + targetPrefix + "<operation>"}
	}
	operation, ok := operations[name]
	if !ok {
		return nil, &Error{Code: "UnknownOperationException", Message: "The local table does not implement the operation " + name + "; served: " + strings.Join(s.Served(), ", ")}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, &Error{Code: "RequestEntityTooLargeException", Message: "The request is too large or was cut off", Status: http.StatusRequestEntityTooLarge}
	}
	call, err := operation(s, body)
	if err != nil {
		return nil, err
	}
	return s.observed(r.Context(), Call{name, call.tables, r.Header}, call.run)
}

// observed runs a call between the options' hooks.
func (s *Service) observed(ctx context.Context, c Call, run func() (any, error)) (any, error) {
	if s.options.Before != nil {
		if err := s.options.Before(ctx, c); err != nil {
			return nil, err
		}
	}
	out, err := run()
	if s.options.After != nil {
		if lost := s.options.After(ctx, c, err); lost != nil {
			return nil, lost
		}
	}
	return out, err
}

// decode reads a request's JSON. Members that the local table doesn't know are
// refused, not ignored: what they ask for wouldn't be done.
func decode(body []byte, in any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(in)
	if err == nil {
		return nil
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return notImplemented("the member " + name)
	}
	var malformed *attr.Malformed
	var wrongType *json.UnmarshalTypeError
	message := "Unexpected end of input or invalid JSON"
	switch {
	case errors.As(err, &malformed):
		message = malformed.Message
	case errors.As(err, &wrongType):
		message = "Unexpected value type in payload: " + wrongType.Field
	}
	return &Error{Code: "SerializationException", Message: message}
}
