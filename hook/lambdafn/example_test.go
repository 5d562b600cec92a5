package lambdafn_test

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook/lambdafn"
)

// Call a function, and another without waiting for it. Here the functions are
// those of a test's server; lambdafn.Invoke and lambdafn.Send call Lambda's own region.
func Example() {
	client := lambdafn.At(baseURL)
	var answer struct{ Team string }
	err := client.Invoke(context.Background(), "echo", map[string]string{"team": "sre"}, &answer)
	fmt.Println(answer.Team, err)
	fmt.Println(client.Send(context.Background(), "echo", map[string]string{"opened": "OPS-1"}))
	// Output:
	// sre <nil>
	// <nil>
}
