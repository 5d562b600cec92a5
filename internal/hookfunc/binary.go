package hookfunc

import (
	"context"
	"path/filepath"
	"runtime"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/replay"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// Built is the path of the hook function that `make build` makes, from the folder
// of flows.yaml.
const Built = "build/HooksFunction/bootstrap"

// Binary runs the binary of a function on this machine, over the Lambda Runtime API
// as the service does. endpoint is where it finds AWS, "" for AWS itself. stop ends
// its processes.
func Binary(path, endpoint string) (f replay.Function, stop func(), err error) {
	const name = "hooks"
	service, err := locallambda.New(locallambda.Options{
		Region: "us-east-1", AccountID: "123456789012", EndpointURL: endpoint, Concurrency: 2 * runtime.NumCPU(), QueueWait: time.Hour,
	})
	if err != nil {
		return nil, nil, err
	}
	stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = service.Close(ctx) // its processes are killed whatever it says
	}
	if path, err = filepath.Abs(path); err == nil {
		err = service.Register(locallambda.Function{Name: name, Aliases: []string{"live"}, Command: path, Timeout: 200 * time.Second, MemoryMB: 256})
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return func(ctx context.Context, event []byte) (replay.Answer, error) {
		out, err := service.Invoke(ctx, name+":live", event)
		return replay.Answer{Payload: out.Payload, FunctionError: out.FunctionError, Version: out.ExecutedVersion}, err
	}, stop, nil
}
