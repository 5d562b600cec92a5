package strategy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

const request = `{"version":"2","operation":%q,"fence":7,"trial":false,
 "run":{"id":"r","flow":{"name":"aws-access","vars":{}},"reason":"why","fields":{"service":"billing"}},
 "person":{"id":"ada@example.com","email":"ada@example.com"},"target":{"id":"prod-ro"},"config":{},"held":{"created_by_us":false}}`

// answer sends an operation to functions and reads the response as the engine does.
func answer(t *testing.T, f strategy.Functions, op strategy.Operation) strategy.Response {
	t.Helper()
	raw, err := f.Respond(t.Context(), json.RawMessage(fmt.Sprintf(request, op)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := strategy.ReadResponse(op, raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return r
}

func gives(g strategy.Given, err error) strategy.Functions {
	return strategy.Functions{Give: func(context.Context, *strategy.Request) (strategy.Given, error) { return g, err }}
}

// Each outcome of give becomes the response that says so.
func TestOutcomesOfGive(t *testing.T) {
	for name, tc := range map[string]struct {
		f    strategy.Functions
		want string
	}{
		"created": {gives(strategy.Created().WithOutput(map[string]string{"user": "tmp"}).WithSensitive("s3cret"), nil),
			`{"version":"2","has_access":true,"created":true,"output":{"user":"tmp"},"sensitive":"s3cret"}`},
		"found":           {gives(strategy.Found(), nil), `{"version":"2","has_access":true,"created":false}`},
		"a forgotten one": {gives(strategy.Given{}, nil), `{"version":"2","error":"give returned no outcome; return strategy.Created() or strategy.Found()"}`},
		"refused":         {gives(strategy.Given{}, strategy.Refused("no user %s", "ada")), `{"version":"2","refused":"no user ada"}`},
		"refused, wrapped": {gives(strategy.Given{}, fmt.Errorf("look up: %w", strategy.Refused("no user"))),
			`{"version":"2","refused":"look up: no user"}`},
		"later":        {gives(strategy.Given{}, strategy.Later(1500*time.Millisecond, "still being made")), `{"version":"2","retry_after_seconds":2,"error":"still being made"}`},
		"an error":     {gives(strategy.Found(), errors.New("503\x00 from the server")), `{"version":"2","error":"503  from the server"}`},
		"a large one":  {gives(strategy.Created().WithOutput(strings.Repeat("a", 9000)), nil), `{"version":"2","error":"output: must have at most 8192 bytes, got 9002"}`},
		"not writable": {gives(strategy.Created().WithSensitive(func() {}), nil), `{"version":"2","error":"sensitive: a func() cannot be written as JSON"}`},
		"a panic": {strategy.Functions{Give: func(context.Context, *strategy.Request) (strategy.Given, error) { panic("s3cret") }},
			`{"version":"2","error":"the strategy function panicked; its log has the stack"}`},
		"a function that is not set": {strategy.Functions{}, `{"version":"2","error":"the strategy function panicked; its log has the stack"}`},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := json.Marshal(answer(t, tc.f, strategy.OperationGive))
			if err != nil || string(raw) != tc.want {
				t.Errorf("got %s %v, want %s", raw, err, tc.want)
			}
		})
	}
}

func TestTakeAndHas(t *testing.T) {
	var err error
	has := true
	f := strategy.Functions{
		Take: func(context.Context, *strategy.Request) error { return err },
		Has:  func(context.Context, *strategy.Request) (bool, error) { return has, err },
	}
	if r := answer(t, f, strategy.OperationTake); *r.HasAccess || r.Error != "" {
		t.Errorf("take: got %+v", r)
	}
	if r := answer(t, f, strategy.OperationHas); !*r.HasAccess {
		t.Errorf("has: got %+v", r)
	}
	err = strategy.ErrStale
	for _, op := range []strategy.Operation{strategy.OperationTake, strategy.OperationHas} {
		if r := answer(t, f, op); r.HasAccess != nil || r.Error != err.Error() {
			t.Errorf("%s: got %+v", op, r)
		}
	}
}

// A call's context ends before the function's time does.
func TestTheContextEndsBeforeTheFunction(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
	defer cancel()
	outer, _ := ctx.Deadline()
	f := strategy.Functions{Has: func(ctx context.Context, _ *strategy.Request) (bool, error) {
		at, limited := ctx.Deadline()
		return limited && at.Before(outer), nil
	}}
	raw, err := f.Respond(ctx, json.RawMessage(fmt.Sprintf(request, "has")))
	if err != nil || !strings.Contains(string(raw), `"has_access":true`) {
		t.Errorf("got %s %v", raw, err)
	}
}

// Requests of a newer minor version are read; of another major version, refused.
func TestReadRequest(t *testing.T) {
	r, err := strategy.ReadRequest([]byte(strings.Replace(fmt.Sprintf(request, "give"), `"version":"2"`, `"version":"2.7","z":1,"a":{}`, 1)))
	if err != nil || strings.Join(r.Ignored, " ") != "a z" || r.Run.Fields.String("service") != "billing" || r.Fence != 7 {
		t.Errorf("got %+v %v", r, err)
	}
	for document, want := range map[string]string{
		`{"version":"1"}`:                    `unsupported strategy contract version "1"; supported: "2"; set version: 2 in the strategy block of flows.yaml`,
		`{"version":"3"}`:                    `unsupported strategy contract version "3"; supported: "2"`,
		`{}`:                                 `unsupported strategy contract version ""; supported: "2"`,
		`{"version":2}`:                      "version must be a string",
		`{"version":"2","operation":"read"}`: `unsupported operation "read"; supported: give, take, has`,
		`{"version":"2","operation":"give"}`: "run.id, person.id and target.id must be set",
		`{"version":"2","version":"2"}`:      `member "version" appears twice`,
		`{"version":"2"} {}`:                 "must be one JSON object",
		`null`:                               "must be a JSON object",
		`{"version":"2","fence":"7"}`:        "fence: ",
	} {
		if _, err := strategy.ReadRequest([]byte(document)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", document, err, want)
		}
	}
}
