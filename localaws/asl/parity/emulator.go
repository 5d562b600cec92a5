package parity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/pypi"
)

// Emulator is a server that answers as AWS does, on a loopback port.
type Emulator struct {
	Name string

	url  string
	stub *stub
	// function makes a function that the stub answers for, where the emulator
	// has to know it.
	function func(name string) error
	stop     func()
	// started counts executions, for their names.
	started atomic.Int64
}

// Close ends the server.
func (e *Emulator) Close() { e.stop(); e.stub.CloseClientConnections(); e.stub.Close() }

// serve starts the server of that name and waits until it answers at a path.
func serve(name string, stub *stub, path string, command func(port int) *exec.Cmd) (*Emulator, error) {
	home, err := os.MkdirTemp("", "parity")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		return nil, err
	}
	server, err := pypi.Serve(context.Background(), name, path, func(port int) *exec.Cmd {
		cmd := command(port)
		cmd.Dir, cmd.Stdout, cmd.Stderr = home, log, log
		cmd.Env = append(cmd.Env, "TMPDIR="+home)
		return cmd
	})
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("%w: %s", err, said), log.Close(), os.RemoveAll(home))
	}
	e := &Emulator{Name: name, url: server.URL.String(), stub: stub}
	e.stop = func() {
		server.Stop()
		_ = log.Close()
		_ = os.RemoveAll(home)
	}
	stub.call = e.call
	return e, nil
}

// call calls an operation of Step Functions.
func (e *Emulator) call(operation string, in map[string]any, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, e.url+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	return e.do(r, "states", out)
}

// do sends a request signed as far as emulators look: by the service's name.
func (e *Emulator) do(r *http.Request, service string, out any) error {
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode == http.StatusCreated {
		res.StatusCode = http.StatusOK
	}
	return read(res.StatusCode, body, out)
}

// Run runs cases, several at once, since time is real.
func (e *Emulator) Run(ctx context.Context, cases []Case) (map[string]Outcome, error) {
	outcomes := map[string]Outcome{}
	var mu sync.Mutex
	var failures []error
	var running sync.WaitGroup
	places := make(chan struct{}, 12)
	for _, c := range cases {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			o, err := e.run(ctx, fmt.Sprintf("c%d", e.started.Add(1)), c)
			mu.Lock()
			defer mu.Unlock()
			outcomes[c.Name] = o
			if err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", c.Name, err))
			}
		})
	}
	running.Wait()
	return outcomes, errors.Join(failures...)
}

// patience is how long a case may take where time is real.
const patience = 25 * time.Second

func (e *Emulator) run(ctx context.Context, run string, c Case) (Outcome, error) {
	arn := func(function string) string {
		return "arn:aws:lambda:us-east-1:123456789012:function:" + run + "-" + function
	}
	e.stub.add(run, c, arn)
	if e.function != nil {
		for function := range c.Tasks {
			if err := e.function(run + "-" + function); err != nil {
				return Outcome{}, err
			}
		}
	}
	execution, err := create(e.call, c, run, run+"-Child", c.With(c.on(e.Name), arn), c.With(c.Input, arn))
	if refused, ok := errors.AsType[*Refused](err); ok {
		return Outcome{Refused: refused.Error()}, nil
	}
	if err != nil {
		return Outcome{Status: "not started"}, nil
	}
	for deadline := time.Now().Add(patience); ; {
		var d described
		if e.call("DescribeExecution", map[string]any{"executionArn": execution}, &d) != nil {
			return Outcome{Status: "not described"}, nil
		}
		if d.Status != "RUNNING" || time.Now().After(deadline) {
			return outcome(e.call, execution, d)
		}
		select {
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
