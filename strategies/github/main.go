// Command github is a strategy function: access is membership of a team in GitHub, or a
// role in a repository. docs/strategies/github.md describes it.
package main

import (
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/strategies/github/githubaccess"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/secret"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

func main() {
	cfg := awsenv.Config()
	f := githubaccess.New(githubaccess.Options{
		URL: os.Getenv("GITHUB_URL"), Secret: secret.FromConfig(cfg, os.Getenv("SECRET_ARN")), Book: book.FromConfig(cfg, os.Getenv("BOOK_TABLE")),
	})
	strategy.Serve(f.Give, f.Take, f.Has)
}
