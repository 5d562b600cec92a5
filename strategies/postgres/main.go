// Command postgres is a strategy function: it grants people temporary roles in
// PostgreSQL.
package main

import (
	"log"
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgres"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

func main() {
	s, err := postgres.NewFromConfig(awsenv.Config(), os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	strategy.Serve(s.Give, s.Take, s.Has)
}
