// Command localaws serves a SAM application on this machine.
package main

import (
	"os"

	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

func main() { os.Exit(command.Main()) }
