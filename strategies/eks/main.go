// Command eks is a strategy function: access is an access policy in a cluster of Amazon
// EKS. docs/strategies/eks.md describes it.
package main

import (
	"log"
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/strategies/eks/eks"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

func main() {
	s, err := eks.NewFromConfig(awsenv.Config(), os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	strategy.Serve(s.Give, s.Take, s.Has)
}
