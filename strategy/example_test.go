package strategy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// database stands for the system that grants access.
type database struct {
	users map[string]int64
}

func (d *database) give(_ context.Context, r *strategy.Request) (strategy.Given, error) {
	if r.Person.Email == "" {
		return strategy.Given{}, strategy.Refused("%s has no e-mail address", r.Person.ID)
	}
	output := map[string]string{"user": r.Person.Email}
	if _, exists := d.users[r.Person.ID]; exists {
		return strategy.Found().WithOutput(output), nil
	}
	d.users[r.Person.ID] = r.Fence
	return strategy.Created().WithOutput(output).WithSensitive(map[string]string{"secret_name": "db/" + r.Run.ID}), nil
}

func (d *database) take(_ context.Context, r *strategy.Request) error {
	if r.Fence < d.users[r.Person.ID] {
		return strategy.ErrStale
	}
	delete(d.users, r.Person.ID)
	return nil
}

func (d *database) has(_ context.Context, r *strategy.Request) (bool, error) {
	_, exists := d.users[r.Person.ID]
	return exists, nil
}

// The main function of a strategy function.
func ExampleServe() {
	main := func() {
		d := &database{map[string]int64{}}
		strategy.Serve(d.give, d.take, d.has)
	}
	_ = main // it serves until Lambda ends it
}

// A test can send a document and read the response.
func ExampleFunctions_Respond() {
	d := &database{map[string]int64{}}
	f := strategy.Functions{Give: d.give, Take: d.take, Has: d.has}
	response, err := f.Respond(context.Background(), json.RawMessage(`{
	  "version": "2", "operation": "give", "fence": 7,
	  "run": {"id": "r1", "flow": {"name": "db"}, "reason": "a migration"},
	  "person": {"id": "ada@example.com", "email": "ada@example.com"}, "target": {"id": "prod"}, "held": {"created_by_us": false}}`))
	fmt.Println(string(response), err)
	// Output:
	// {"version":"2","has_access":true,"created":true,"output":{"user":"ada@example.com"},"sensitive":{"secret_name":"db/r1"}} <nil>
}

func ExampleGiven_WithOutput() {
	_ = strategy.Created().WithOutput(map[string]string{"user": "tmp_ada_1", "url": "https://db.example.com"})
}

func ExampleGiven_WithSensitive() {
	_ = strategy.Created().WithSensitive(map[string]string{"secret_name": "db/tmp_ada_1"})
}

func ExampleRefused() {
	fmt.Println(strategy.Refused("no user %s", "ada@example.com"))
	// Output: no user ada@example.com
}

func ExampleLater() {
	fmt.Println(strategy.Later(5*time.Second, "the role is still being made"))
	// Output: the role is still being made
}

func ExampleFields_Decode() {
	fields := strategy.Fields{"replicas": json.RawMessage(`3`)}
	var n int
	fmt.Println(fields.Decode("replicas", &n), n, fields.String("service"))
	// Output: true 3
}

func ExampleReadRequest() {
	_, err := strategy.ReadRequest([]byte(`{"version": "3"}`))
	fmt.Println(err)
	// Output: unsupported strategy contract version "3"; supported: "2"
}

func ExampleReadResponse() {
	_, err := strategy.ReadResponse(strategy.OperationGive, []byte(`{"version": "2", "has_access": true}`))
	fmt.Println(err)
	// Output: created: must say whether this call made the access
}
