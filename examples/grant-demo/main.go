// Command grant-demo is a strategy function to copy: it speaks the contract of
// docs/strategies.md. It grants an entry in a list of who has what, which
// is kept in a table of its own and shown by the operation "list".
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

// asked is what the function is invoked with; members that it doesn't need are
// left out.
type asked struct {
	Operation string `json:"operation"`
	RunID     string `json:"run_id"`
	Fence     int64  `json:"fence"`
	Person    struct {
		ID    string `json:"id"`
		Email string `json:"email"`
	} `json:"person"`
	Target struct {
		ID string `json:"id"`
	} `json:"target"`
}

type answered struct {
	HasAccess bool   `json:"has_access"`
	Refused   string `json:"refused,omitempty"`
}

// entry is one line of the list.
type entry struct {
	Person    string `json:"person"`
	Target    string `json:"target"`
	HasAccess bool   `json:"has_access"`
	Since     string `json:"since"`
	RunID     string `json:"run_id"`
}

func main() {
	l := list{dynamodb.NewFromConfig(awsenv.Config()), os.Getenv("DEMO_TABLE")}
	lambda.Start(func(ctx context.Context, a asked) (any, error) { return handle(ctx, l, a, time.Now()) })
}

// errLate is for a call that comes after a newer one about the same access.
var errLate = errors.New("this call is late: a newer one has been here")

func handle(ctx context.Context, l list, a asked, now time.Time) (any, error) {
	switch a.Operation {
	case "give", "take":
		// A call with a lower fence than another is late: a give that is given up
		// on must not give once the access has been taken.
		give := a.Operation == "give"
		if err := l.set(ctx, a, give, now); err != nil {
			return nil, err
		}
		return answered{HasAccess: give}, nil
	case "read":
		has, err := l.has(ctx, a)
		return answered{HasAccess: has}, err
	case "list":
		return l.all(ctx)
	}
	return nil, fmt.Errorf("unknown operation %q", a.Operation)
}
