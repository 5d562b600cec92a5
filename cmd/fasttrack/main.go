// Command fasttrack is the command line of fasttrack. On this machine it is also each of
// the engine's functions, when the local Lambda service starts it as one.
package main

import (
	"context"
	"os"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions"
	"github.com/fasttrack-dev/fasttrack/internal/cli"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
)

func main() {
	if name, is := engine.Started(os.Args[1:], os.Getenv); is && functions.Start(name) {
		return
	}
	os.Exit(cli.Run(cli.UntilSignal(context.Background()), cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Getenv: os.Getenv, ConfigDir: os.UserConfigDir, CacheDir: os.UserCacheDir, Now: time.Now,
	}))
}
