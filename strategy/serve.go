package strategy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// Give makes the access, and returns once it exists.
type Give func(ctx context.Context, r *Request) (Given, error)

// Take removes the access, and returns nil once it no longer exists.
type Take func(ctx context.Context, r *Request) error

// Has reports whether the access exists. It changes nothing.
type Has func(ctx context.Context, r *Request) (bool, error)

// Serve serves a strategy as a Lambda function. It does not return. All three
// functions must be set.
func Serve(give Give, take Take, has Has) { lambda.Start(Functions{give, take, has}.Respond) }

// Functions are the three functions of a strategy.
type Functions struct {
	Give Give
	Take Take
	Has  Has
}

// margin is left of the Lambda function's time limit for the response, or a tenth of
// it if that is less.
const margin = 500 * time.Millisecond

// logger writes one line for each call, without anything that a request or a
// response holds.
var logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))

// Respond responds to one request document. [Serve] calls it; tests may. A
// failure of a function, a panic included, is the response's error. The error of
// Respond is for a request that can't be understood at all.
func (f Functions) Respond(ctx context.Context, document json.RawMessage) (json.RawMessage, error) {
	started := time.Now()
	r, err := ReadRequest(document)
	if err != nil {
		logger.Error("invalid strategy request", "error", err.Error())
		return nil, err
	}
	// The context ends before the function does. Respond still waits for the call: a
	// call left behind would go on when Lambda thaws the environment for the next.
	if at, limited := ctx.Deadline(); limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, at.Add(-min(margin, time.Until(at)/10)))
		defer cancel()
	}
	response := f.respond(ctx, r)
	outcome := "ok"
	switch {
	case response.Refused != "":
		outcome = "refused"
	case response.Error != "":
		outcome = "error"
	}
	logger.Info("strategy", "operation", r.Operation, "run_id", r.Run.ID, "fence", r.Fence, "outcome", outcome,
		"took_ms", time.Since(started).Milliseconds(), "ignored_members", r.Ignored)
	return marshal(response)
}

// respond calls the function of the operation.
func (f Functions) respond(ctx context.Context, r *Request) (response Response) {
	defer func() {
		if p := recover(); p != nil {
			logger.Error("strategy panicked", "operation", r.Operation, "run_id", r.Run.ID, "stack", string(debug.Stack()))
			response = failed(errors.New("the strategy function panicked; its log has the stack"))
		}
	}()
	var err error
	switch r.Operation {
	case OperationGive:
		var given Given
		if given, err = f.Give(ctx, r); err == nil {
			response, err = given.response()
		}
	case OperationTake:
		err = f.Take(ctx, r)
		no := false
		response = Response{Version: Version, HasAccess: &no}
	case OperationHas:
		var has bool
		has, err = f.Has(ctx, r)
		response = Response{Version: Version, HasAccess: &has}
	}
	if err != nil {
		return failed(err)
	}
	return response
}

// failed is the response for an error.
func failed(err error) Response {
	r := Response{Version: Version}
	why := cmp.Or(text(err.Error()), "the strategy function gave no reason")
	var refused *RefusedError
	var later *LaterError
	switch {
	case errors.As(err, &refused):
		r.Refused = why
	case errors.As(err, &later):
		r.Error, r.RetryAfterSeconds = why, later.seconds()
	default:
		r.Error = why
	}
	return r
}

// marshal writes JSON that leaves <, > and & as they are.
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
