// Package custom is the strategy of type lambda: a Lambda function of the user's own
// grants and removes access. It speaks the version of the contract that the flow's
// strategy block names: this file version 1, version2.go version 2, whose types are
// the public package strategy. docs/strategies.md describes both.
package custom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Version is the version of the contract.
const Version = "1"

// The operations of the contract.
const (
	Give = "give"
	Take = "take"
	Read = "read"
)

// maxAnswer is in bytes.
const maxAnswer = 64 << 10

// API is what is called of AWS Lambda.
type API interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Asked is the document that the function is invoked with.
type Asked struct {
	Version string `json:"version"`
	// Operation is give, take or read.
	Operation       string          `json:"operation"`
	RunID           string          `json:"run_id"`
	Fence           int64           `json:"fence"`
	Person          run.Person      `json:"person"`
	Target          strategy.Target `json:"target"`
	Config          json.RawMessage `json:"config,omitempty"`
	DurationSeconds int             `json:"duration_seconds,omitempty"`
}

// Answered is what it answers.
type Answered struct {
	Version string `json:"version"`
	// HasAccess reports whether the person has the access after the operation.
	HasAccess *bool `json:"has_access"`
	// Refused says that it can't be done as things stand, and why.
	Refused string `json:"refused"`
}

// Strategy invokes functions.
type Strategy struct {
	client API
	stack  string
}

// NewFromConfig is [New] with a client of that configuration.
func NewFromConfig(cfg aws.Config, stack string) Strategy {
	return New(lambda.NewFromConfig(cfg), stack)
}

// New returns the strategy. A function without an ARN that flows.yaml names is the
// stack's own: "grant-demo" is "<stack>-grant-demo"; an empty stack leaves names
// as they are.
func New(client API, stack string) Strategy { return Strategy{client, stack} }

// Give has the function give the access, and fails unless it reports that the
// access exists. A function of version 1 does not report whether it made it:
// [Strategy.Look] does.
func (s Strategy) Give(ctx context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Given, error) {
	if a.Version >= 2 {
		return s.give2(ctx, a)
	}
	has, err := s.invoke(ctx, Give, a)
	if err == nil && !has {
		err = fmt.Errorf("%s answered give with has_access: false", a.Function)
	}
	return strategy.Given{}, err
}

// Take has the function remove the access, and fails unless it reports that the
// access no longer exists.
func (s Strategy) Take(ctx context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Gone, error) {
	if a.Version >= 2 {
		return strategy.Gone{}, s.take2(ctx, a)
	}
	has, err := s.invoke(ctx, Take, a)
	if err == nil && has {
		err = fmt.Errorf("%s answered take with has_access: true", a.Function)
	}
	return strategy.Gone{}, err
}

// Look reports, just before the function is to give the access, whether it exists.
func (s Strategy) Look(ctx context.Context, a strategy.Access) (bool, error) { return s.Has(ctx, a) }

// Has reports whether the access exists.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	if a.Version >= 2 {
		return s.has2(ctx, a)
	}
	return s.invoke(ctx, Read, a)
}

// invoke invokes a function of version 1.
func (s Strategy) invoke(ctx context.Context, operation string, a strategy.Access) (has bool, err error) {
	payload, err := s.call(ctx, a.Function, Asked{
		Version: Version, Operation: operation, RunID: a.RunID, Fence: a.Fence, Person: shown(a.Person), Target: a.Target,
		Config: a.Config, DurationSeconds: a.DurationSeconds,
	})
	if err != nil {
		return false, err
	}
	answered, err := read(payload)
	if err != nil {
		return false, fmt.Errorf("%s returned an invalid response to %s: %w", a.Function, operation, err)
	}
	if answered.Refused != "" {
		return false, strategy.Refuse("%s", answered.Refused)
	}
	return *answered.HasAccess, nil
}

// call invokes a function with a document, and returns its response.
func (s Strategy) call(ctx context.Context, function string, document any) ([]byte, error) {
	payload, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	out, err := s.client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(s.function(function)), Payload: payload})
	var none *types.ResourceNotFoundException
	if errors.As(err, &none) {
		return nil, strategy.Refuse("the strategy function %s does not exist", function)
	}
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", function, err)
	}
	if out.FunctionError != nil {
		return nil, fmt.Errorf("%s failed: %s", function, message(out.Payload))
	}
	return out.Payload, nil
}

func (s Strategy) function(name string) string {
	if s.stack == "" || strings.HasPrefix(name, "arn:") || strings.HasPrefix(name, s.stack+"-") {
		return name
	}
	return s.stack + "-" + name
}

// read checks an answer. The error says what is wrong, for the function's author.
func read(payload []byte) (Answered, error) {
	if len(payload) > maxAnswer {
		return Answered{}, fmt.Errorf("%d bytes, more than %d", len(payload), maxAnswer)
	}
	var a Answered
	if err := strictjson.Decode(payload, &a); err != nil {
		return Answered{}, err
	}
	switch {
	case a.Version != "" && a.Version != Version:
		return Answered{}, fmt.Errorf("unsupported strategy contract version %q; supported: %q", a.Version, Version)
	case a.Refused != "":
		return a, text.CheckLine(a.Refused, run.MaxReason)
	case a.HasAccess == nil:
		return Answered{}, errors.New("has_access is missing")
	}
	return a, nil
}

// message is what a function that failed says.
func message(payload []byte) string {
	var failed struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(payload, &failed) != nil || failed.Message == "" {
		return "it did not say why"
	}
	return failed.Message
}

// shown returns what the function gets of a person: a name only if something
// vouches for it, since functions make accounts of names.
func shown(p run.Person) run.Person {
	if p.Principal != "" && !p.Vouched {
		p.Name = ""
	}
	return p.Shown()
}
