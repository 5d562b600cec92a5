package dynamodb

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
)

// Error is an error as the service answers it. Options.Before returns one to
// make a call fail the way AWS does.
type Error struct {
	Code    string // for example "ThrottlingException"
	Message string
	Status  int // the HTTP status; 0 stands for 400

	item    attr.Item            // ConditionalCheckFailedException, where asked for
	reasons []cancellationReason // TransactionCanceledException
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// namespaces of the codes that aren't DynamoDB's own.
var namespaces = map[string]string{
	"ValidationException":       "com.amazon.coral.validate#",
	"SerializationException":    "com.amazon.coral.service#",
	"UnknownOperationException": "com.amazon.coral.service#",
	"ThrottlingException":       "com.amazon.coral.availability#",
}

// body is the error in the wire's form.
func (e *Error) body() any {
	namespace, ok := namespaces[e.Code]
	if !ok {
		namespace = "com.amazonaws.dynamodb.v20120810#"
	}
	return struct {
		Type    string               `json:"__type"`
		Message string               `json:"message"`
		Item    attr.Item            `json:"Item,omitempty"`
		Reasons []cancellationReason `json:"CancellationReasons,omitempty"`
	}{namespace + e.Code, e.Message, e.item, e.reasons}
}

// asError turns an error of a call into the error for the client. What
// isn't foreseen is an internal error: its text may hold paths of this machine,
// so the caller logs it and the client doesn't get it.
func asError(err error) *Error {
	var known *Error
	var badValue *attr.Invalid
	var badExpression *expr.Invalid
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &badValue):
		return invalidf("%s", badValue.Message)
	case errors.As(err, &badExpression):
		return invalidf("%s", badExpression.Message)
	}
	return &Error{Code: "InternalServerError", Message: "Internal server error", Status: http.StatusInternalServerError}
}

// invalidf makes a ValidationException.
func invalidf(format string, args ...any) *Error {
	return &Error{Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// notImplemented refuses what AWS has and the local table has not.
func notImplemented(what string) *Error {
	return invalidf("The local table does not implement %s", what)
}

var (
	errNotFound        = &Error{Code: "ResourceNotFoundException", Message: "Requested resource not found"}
	errConditionFailed = &Error{Code: "ConditionalCheckFailedException", Message: "The conditional request failed"}
)

func tableNotFound(name string) *Error {
	return &Error{Code: "ResourceNotFoundException", Message: "Requested resource not found: Table: " + name + " not found"}
}
