package secret_test

import (
	"context"
	"fmt"
	"os"

	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// On your own machine a secret is an environment variable.
func Example() {
	if err := os.Setenv(secret.Variable("pagerduty-token"), "s3cret"); err != nil {
		panic(err)
	}
	defer os.Unsetenv(secret.Variable("pagerduty-token"))

	text, err := secret.Get(context.Background(), "pagerduty-token")
	fmt.Println(secret.Variable("pagerduty-token"), text, err)
	// Output: FASTTRACK_SECRET_PAGERDUTY_TOKEN s3cret <nil>
}
