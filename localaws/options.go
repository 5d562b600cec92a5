package localaws

import (
	"context"
	"io"
	"net/http"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/identities"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// The account, and the region and stack name of a Stack whose Options name none.
const (
	AccountID = "123456789012"
	Region    = "us-east-1"
	StackName = "local"
)

// SecretPrefix begins the environment variables that hold secrets, unless the Options
// name another: LOCALAWS_SECRET_DB_PASSWORD holds the secret db-password.
const SecretPrefix = "LOCALAWS_SECRET_"

// Options configures a [Stack]. TemplatePath and Addr are required, and so is BuildDir
// unless Functions replaces every function.
type Options struct {
	// TemplatePath is the SAM template.
	TemplatePath string
	// BuildDir has a folder for each function, named by its logical id, with its
	// bootstrap, or the files of a managed runtime: the layout of `sam build`.
	BuildDir string
	// Commands are the programs of functions, by logical id, that have no bootstrap in
	// BuildDir: each a path and its arguments. The function finds its folder of BuildDir
	// in LAMBDA_TASK_ROOT if there is one, else that of the program.
	Commands map[string][]string
	// Addr is the host:port to listen on, which must be on loopback; port 0 is any.
	Addr string

	// StackName is the name of the stack; [StackName] if empty.
	StackName string
	// Region is the region of the stack, which decides its partition; [Region] if
	// empty.
	Region string
	// Parameters override the template's defaults.
	Parameters map[string]string
	// DefaultParameters returns values for parameters that Parameters leaves out,
	// given the URL of the API. Those that the template lacks are ignored. A nil function
	// returns none.
	DefaultParameters func(apiURL string) map[string]string
	// ParameterPatterns are patterns that replace the AllowedPattern of parameters, for
	// values that mean something on this machine alone.
	ParameterPatterns map[string]string
	// BasePathParameter names the template's parameter that holds the path under which
	// a custom domain maps the API; the API then answers there as well. Empty is none.
	BasePathParameter string
	// TaskFiles are files, by name, that every function finds in its LAMBDA_TASK_ROOT,
	// which then holds nothing else. Empty leaves each function its folder of BuildDir.
	TaskFiles map[string][]byte
	// SkipUnserved leaves out resources of types that are not served, which are an error
	// otherwise, and functions without code in BuildDir; [Stack.Notes] lists them.
	SkipUnserved bool
	// Functions replaces functions, by logical id, with code of this process: for
	// tests.
	Functions map[string]lambda.InProcess
	// Attach names functions, each as NAME or NAME=PORT, that other processes serve.
	// Each gets a Runtime API on a port of its own.
	Attach []string
	// FunctionEnvironment returns variables that a function has besides those of the
	// template, given its logical id and the URL of the API: addresses of services of this
	// machine. A nil function returns none.
	FunctionEnvironment func(logicalID, apiURL string) map[string]string
	// Secrets are the texts of secrets, by name, that no environment variable holds.
	Secrets map[string]string
	// SecretPrefix begins the environment variables that hold secrets; [SecretPrefix]
	// if empty. Functions inherit these variables.
	SecretPrefix string
	// Identities are the callers that may sign requests to routes with AWS_IAM; nil is
	// nobody.
	Identities *identities.Set

	// VerifyIssuers are the issuers whose tokens JWT authorizers verify, by the keys that
	// the issuer publishes. Callers of routes with another issuer name themselves.
	VerifyIssuers []string

	// Front returns the handler of all requests that are not of AWS services, for an
	// application with more than its API, such as web pages. The handler passes on to
	// api what it does not serve. Nil is the API alone.
	Front func(s *Stack, api http.Handler) (http.Handler, error)

	// Check receives the stack once its services and functions answer, and before kept
	// executions go on and schedules begin. After an error the stack is closed.
	Check func(ctx context.Context, s *Stack) error

	// Data is the folder that keeps tables, executions and keys across restarts. Empty
	// keeps them in memory.
	Data string
	// AccountConcurrency is the number of functions that may run at once in the
	// account; 0 is no limit.
	AccountConcurrency int
	// Clock drives time limits, waits and schedules of the state machines and rules;
	// nil is the real clock.
	Clock clockwork.Clock
	// Log receives the functions' output and failures of the services; nil drops both.
	Log io.Writer

	// OnCall receives each call that a function makes to an AWS service.
	OnCall func(Call)
	// OnInvoked receives each invocation of a function's process after it ends. It must
	// not block.
	OnInvoked func(lambda.Invoked)
	// OnCapacity receives the capacity that each DynamoDB call consumes.
	OnCapacity func(Capacity)
	// OnExpress receives each execution of an EXPRESS state machine that has ended.
	OnExpress func(stepfunctions.ExpressExecution)
	// StartTask is called around each start of an execution by a state of a machine; see
	// [stepfunctions.Options].
	StartTask func(machineARN, name string, start func() error) error
}
