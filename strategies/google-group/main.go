// Command google-group is a strategy function: access is membership of a group in Google
// Workspace. docs/strategies/google-group.md describes it.
package main

import (
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/strategies/google-group/googlegroup"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/secret"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

func main() {
	cfg := awsenv.Config()
	o := googlegroup.Options{Admin: os.Getenv("GOOGLE_ADMIN"), Book: book.FromConfig(cfg, os.Getenv("BOOK_TABLE"))}
	if provider := os.Getenv("WORKLOAD_PROVIDER"); provider != "" {
		o.Workload = &googlegroup.Workload{Provider: provider, ServiceAccount: os.Getenv("SERVICE_ACCOUNT"), Region: cfg.Region, Credentials: cfg.Credentials}
	} else {
		o.Secret = secret.FromConfig(cfg, os.Getenv("SECRET_ARN"))
	}
	f := googlegroup.New(o)
	strategy.Serve(f.Give, f.Take, f.Has)
}
