package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// transacting is counting, of transactions too.
func (tab table) transacting(units *float64) *store.Store {
	options := tab.client.Options()
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("units", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			switch in := in.Parameters.(type) {
			case *sdk.PutItemInput:
				in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
			case *sdk.TransactWriteItemsInput:
				in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			if err != nil {
				return out, meta, err
			}
			switch out := out.Result.(type) {
			case *sdk.PutItemOutput:
				*units += *out.ConsumedCapacity.CapacityUnits
			case *sdk.TransactWriteItemsOutput:
				for _, c := range out.ConsumedCapacity {
					*units += *c.CapacityUnits
				}
			}
			return out, meta, err
		}), middleware.After)
	})
	return store.New(sdk.New(options), tab.name)
}

// What a hook keeps of a person costs the second half of a transaction: that of the run,
// and two units for the value. A flow that keeps nothing pays nothing.
func TestWriteUnitsOfShelves(t *testing.T) {
	tab := openTable(t)
	var units float64
	s := tab.transacting(&units)
	save := func(puts ...run.Put) float64 {
		r := keeping(t, s, run.Person{ID: "ada@example.com", Email: "ada@example.com"})
		return took(&units, func() {
			if err := keep(t, s, r, puts...); err != nil {
				t.Fatal(err)
			}
		})
	}
	note := run.Put{Scope: run.PerPerson, Key: "note", Value: json.RawMessage(`{"today":1}`)}
	id := run.Put{Scope: run.PerFlow, Key: "ids/1", Value: json.RawMessage(`1`)}
	got := fmt.Sprint(save(), save(note), save(note, id))
	if want := "2 6 8"; got != want {
		t.Errorf("a write of a run of at most 2 KB took %s units without, with one and with two owners' values, want %s", got, want)
	}
}
