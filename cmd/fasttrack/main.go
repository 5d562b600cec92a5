// Command fasttrack is the command line of fasttrack.
package main

import (
	"context"
	"os"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/cli"
)

func main() {
	os.Exit(cli.Run(cli.UntilSignal(context.Background()), cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Getenv: os.Getenv, ConfigDir: os.UserConfigDir, CacheDir: os.UserCacheDir, Now: time.Now,
	}))
}
