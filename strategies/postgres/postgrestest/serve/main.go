// Command serve runs a PostgreSQL for tests of the main module, which has no driver of
// its own. It prints what the strategy logs in with, and ends with its standard input.
// It exits with 3 if PostgreSQL is not installed.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgrestest"
)

func main() { os.Exit(run()) }

func run() int {
	s, err := postgrestest.Open()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, postgrestest.ErrMissing) {
			return 3
		}
		return 1
	}
	defer s.Close()
	if err := s.Prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	out := map[string]string{"connection": s.Connection(), "ca": s.CA, "psql": psql()}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		return 1
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// psql is the command of the newest client.
func psql() string {
	bin, err := postgrestest.Binaries()
	if err != nil {
		return ""
	}
	return filepath.Join(bin, "psql")
}
