package emulator

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/localaws/pypi"
)

//go:embed stepfunctions.py
var stepFunctions []byte

// What the emulator's account calls itself.
const (
	Region    = "us-east-1"
	AccountID = "123456789012"
	StackName = "fasttrack"
	audience  = "fasttrack"
)

// Options says what an emulator is made of.
type Options struct {
	// Venv is the virtual environment with ministack and moto
	// (tools/requirements-emulator.txt).
	Venv string
	// SAM is the SAM CLI.
	SAM string
	// Log takes what the servers, the functions and the SAM CLI print.
	Log io.Writer
}

// Emulator is an account of AWS on this machine. Close it.
type Emulator struct {
	opts     Options
	dir      string
	edge     *edge
	servers  []*pypi.Server
	services aws.Config
	// ministack is where it answers, edge or no edge.
	ministack string
	// sign are the roles that definitions of the state machine have named, each
	// with what signs as it.
	sign map[string]func(*http.Request)
}

// Start runs an emulator with nothing deployed.
func Start(ctx context.Context, o Options) (*Emulator, error) {
	o.Log = &lockedWriter{to: o.Log}
	m := &Emulator{opts: o}
	if err := m.start(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Emulator) start(ctx context.Context) error {
	var err error
	if m.dir, err = os.MkdirTemp("", "fasttrack-emulator-"); err != nil {
		return err
	}
	if m.edge, err = listenEdge(); err != nil {
		return err
	}
	script := filepath.Join(m.dir, "stepfunctions.py")
	if err := os.WriteFile(script, stepFunctions, 0o600); err != nil {
		return err
	}
	ministack, err := m.serve(ctx, "ministack", "/_ministack/health", func(port int) *exec.Cmd {
		return m.command(nil, "ministack",
			"GATEWAY_PORT="+strconv.Itoa(port), "BIND_HOST=127.0.0.1", "MINISTACK_ACCOUNT_ID="+AccountID,
			// Roles are enforced, and functions find AWS at the edge.
			"AUTH=true", "AWS_ENDPOINT_URL="+m.edge.servicesURL(), "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
			"IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", "TMPDIR="+m.dir)
	})
	if err != nil {
		return err
	}
	moto, err := m.serve(ctx, "moto's server", "/moto-api/", func(port int) *exec.Cmd {
		machine := m.edge.machine.Addr().(*net.TCPAddr).Port
		return m.command([]string{script, "-H", "127.0.0.1", "-p", strconv.Itoa(port)}, "python", "MOTO_PORT="+strconv.Itoa(machine))
	})
	if err != nil {
		return err
	}
	m.ministack = ministack.String()
	m.edge.post = newPost(m, ministack)
	m.edge.serve(ministack, moto, audience)
	endpoint := m.edge.servicesURL()
	m.services = aws.Config{
		Region: Region, BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:  &http.Client{Timeout: 30 * time.Second},
	}
	return nil
}

func (m *Emulator) serve(ctx context.Context, name, ready string, command func(port int) *exec.Cmd) (*url.URL, error) {
	s, err := pypi.Serve(ctx, name, ready, command)
	if err != nil {
		return nil, err
	}
	m.servers = append(m.servers, s)
	return s.URL, nil
}

// command returns a program of the virtual environment, whose output is logged.
func (m *Emulator) command(args []string, program string, env ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(m.opts.Venv, "bin", program), args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), m.opts.Log, m.opts.Log
	return cmd
}

// URL is where the API of the deployed stack answers, to callers that say who
// they are as they do to `make run`.
func (m *Emulator) URL() string { return m.edge.apiURL() }

// ServicesURL is where AWS's services answer, to the account's owner with the
// credentials local and local.
func (m *Emulator) ServicesURL() string { return m.edge.servicesURL() }

// Services is the configuration of a client of them.
func (m *Emulator) Services() aws.Config { return m.services }

// Close ends the servers and removes what they wrote.
func (m *Emulator) Close() error {
	if m.edge != nil {
		m.edge.close()
	}
	for _, s := range m.servers {
		s.Stop()
	}
	return os.RemoveAll(m.dir)
}
