package strategytest_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

// A function in any language is checked through a func that invokes it.
func ExampleCheck() {
	forgetful := func(context.Context, []byte) ([]byte, error) { return json.Marshal(map[string]any{"has_access": true}) }
	results := strategytest.Check(context.Background(), forgetful, strategytest.Options{})
	fmt.Println(strategytest.Passed(results), results[0].Mistakes[0])
	// Output: false the person has the access already; check with a person and a target without it, since the check removes it
}
