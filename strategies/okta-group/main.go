// Command okta-group is a strategy function: access is membership of a group in Okta.
// docs/strategies/okta-group.md describes it.
package main

import (
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/secret"
	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktagroup"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

func main() {
	cfg := awsenv.Config()
	f := oktagroup.New(oktagroup.Options{
		URL: os.Getenv("OKTA_URL"), Secret: secret.FromConfig(cfg, os.Getenv("SECRET_ARN")), Book: book.FromConfig(cfg, os.Getenv("BOOK_TABLE")),
	})
	strategy.Serve(f.Give, f.Take, f.Has)
}
