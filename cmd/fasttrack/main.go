// Command fasttrack is the command line of fasttrack.
package main

import (
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/cli"
)

func main() { os.Exit(cli.Main()) }
