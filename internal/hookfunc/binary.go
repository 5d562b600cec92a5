package hookfunc

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/replay"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// Built is the path of the hook function that `make build` makes, from the folder
// of flows.yaml.
const Built = "build/HooksFunction/bootstrap"

// secretPrefix begins the variables that hold secrets on this machine.
const secretPrefix = "FASTTRACK_SECRET_"

// Binary runs the binary of a function on this machine, over the Lambda Runtime API
// as the service does. endpoint is where it finds AWS, "" for AWS itself. stop ends
// its processes.
func Binary(path, endpoint string) (f replay.Function, stop func(), err error) {
	f, stop, _, err = start(locallambda.Function{Command: path}, endpoint, nil)
	return f, stop, err
}

// Package is the package of a function on this machine, in a folder.
type Package struct {
	// Runtime and Handler are those of the template, such as python3.13.
	Runtime, Handler string
	Dir              string
}

// startWithin is how long a package may take to start.
const startWithin = 30 * time.Second

// Run starts the function, and runs it as [Binary] does. It has the secrets of this
// machine's environment. The error is a *locallambda.InitError if it does not start.
func (p Package) Run(ctx context.Context, endpoint string) (f replay.Function, stop func(), err error) {
	function := locallambda.Function{Runtime: p.Runtime, Handler: p.Handler, TaskRoot: p.Dir}
	if strings.HasPrefix(p.Runtime, "provided") {
		function.Command = filepath.Join(p.Dir, "bootstrap")
	}
	f, stop, warm, err := start(function, endpoint, os.Environ())
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if err := warm(ctx); err != nil {
		stop()
		return nil, nil, err
	}
	return f, stop, nil
}

// start registers the function. warm starts a process of it.
func start(function locallambda.Function, endpoint string, environ []string) (f replay.Function, stop func(), warm func(context.Context) error, err error) {
	const name = "hooks"
	service, err := locallambda.New(locallambda.Options{
		Region: "us-east-1", AccountID: "123456789012", EndpointURL: endpoint, Concurrency: 2 * runtime.NumCPU(), QueueWait: time.Hour,
		Environ: environ, EnvironPrefix: secretPrefix,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = service.Close(ctx) // its processes are killed whatever it says
	}
	for _, path := range []*string{&function.Command, &function.TaskRoot} {
		if *path != "" && err == nil {
			*path, err = filepath.Abs(*path)
		}
	}
	if err == nil {
		function.Name, function.Aliases, function.Timeout, function.MemoryMB = name, []string{"live"}, 200*time.Second, 256
		err = service.Register(function)
	}
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	warm = func(ctx context.Context) error { return service.Warm(ctx, name) }
	return func(ctx context.Context, event []byte) (replay.Answer, error) {
		out, err := service.Invoke(ctx, name+":live", event)
		return replay.Answer{Payload: out.Payload, FunctionError: out.FunctionError, Version: out.ExecutedVersion}, err
	}, stop, warm, nil
}
