package watch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/watch"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// The engine's functions are this executable, as they are the command line's.
func TestMain(m *testing.M) {
	if name, is := engine.Started(os.Args[1:], os.Getenv); is && functions.Start(name) {
		return
	}
	os.Exit(m.Run())
}

const flowsFile = `flows:
  - name: my-own-flow
    label: My own flow
    admins: [root@example.com]
    review: {approvers: [grace@example.com]}
`

const secondFlow = `  - name: second
    label: Second flow
    admins: [root@example.com]
    review: {approvers: [grace@example.com]}
`

// language is a team's folder in one language, with a hook that approves with a reason,
// and a strategy that answers with a text.
type language struct {
	name, program string
	template      string
	hooks         string // the path of the code; REASON and FLOWS stand in it
	source        string
	strategy      string
	strategyCode  string // TEXT stands in it
	more          func(t testing.TB) map[string]string
	flow          string // an entry of FLOWS, for the flow %s
	broken        map[string]mistake
}

// mistake is a line that is put before the source, and what is reported.
type mistake struct{ line, want string }

func template(runtime, hooks, strategy string) string {
	return fmt.Sprintf(`Resources:
  HooksFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: hooks/, Runtime: %s, Handler: %s}
  Vault:
    Type: AWS::Serverless::Function
    Metadata: {FasttrackStrategy: true}
    Properties: {FunctionName: !Sub "${AWS::StackName}-vault", CodeUri: vault/, Runtime: %s, Handler: %s}
`, runtime, hooks, runtime, strategy)
}

var languages = []language{
	{
		name: "python", program: "python3", template: template("python3.13", "handler.handler", "vault.handler"),
		hooks: "hooks/handler.py", source: `from fasttrack_hooks import Hooks, approve, serve


def on_request(event):
    return approve("REASON")


handler = serve({FLOWS})
`, flow: `"%s": Hooks(on_request=on_request)`,
		strategy: "vault/vault.py", strategyCode: "def handler(request, context):\n    return 'TEXT'\n",
		broken: map[string]mistake{
			"syntax":  {"def broken(:", "hooks/handler.py:1: SyntaxError: invalid syntax"},
			"import":  {"import nowhere", "hooks/handler.py:1: Unable to import module 'handler': No module named 'nowhere'"},
			"raising": {"raise ValueError('bad rule')", "hooks/handler.py:1: ValueError: bad rule"},
		},
	},
	{
		name: "node", program: "node", template: template("nodejs22.x", "index.handler", "vault.handler"),
		hooks: "hooks/index.mjs", source: `import { approve, serve } from '@fasttrack-dev/hooks';

const onRequest = async () => approve('REASON');

export const handler = serve({ FLOWS });
`, flow: `'%s': { onRequest }`,
		strategy: "vault/vault.mjs", strategyCode: "export const handler = async () => 'TEXT';\n",
		broken: map[string]mistake{
			"syntax":   {"export const = 1;", "hooks/index.mjs:1: SyntaxError: "},
			"import":   {"import 'nowhere';", "hooks/index.mjs"},
			"throwing": {"throw new RangeError('bad rule');", "hooks/index.mjs:1: RangeError: bad rule"},
		},
	},
	{
		name: "go", program: "go", template: template("provided.al2023", "bootstrap", "bootstrap"),
		hooks: "hooks/main.go", source: `package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

func onRequest(context.Context, *hook.Event) (hook.FromRequest, error) {
	return hook.Approve("REASON"), nil
}

func main() {
	hook.Serve(hook.Flows{FLOWS})
}
`, flow: `"%s": {OnRequest: onRequest}`,
		strategy: "vault/main.go", strategyCode: `package main

import "github.com/aws/aws-lambda-go/lambda"

func main() {
	lambda.Start(func() (string, error) { return "TEXT", nil })
}
`, more: goModule,
		broken: map[string]mistake{
			"syntax": {"func broken( {", "hooks/main.go:1:1: expected 'package', found 'func'"},
		},
	},
}

// goModule is the module of a team, with the SDK of this checkout.
func goModule(t testing.TB) map[string]string {
	sdk, err := filepath.Abs("../../../hook")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(sdk, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(sdk, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	_, requires, _ := strings.Cut(string(mod), "\n")
	const module = "github.com/fasttrack-dev/fasttrack/hook"
	return map[string]string{
		"go.mod": "module example.com/approvals\n" + requires + "\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + sdk + "\n",
		"go.sum": string(sum),
	}
}

// code returns the hooks of some flows.
func (l language) code(reason string, flows ...string) string {
	var entries []string
	for _, f := range flows {
		entries = append(entries, fmt.Sprintf(l.flow, f))
	}
	return strings.NewReplacer("REASON", reason, "FLOWS", strings.Join(entries, ", ")).Replace(l.source)
}

// team is a team's folder that is served.
type team struct {
	t     testing.TB
	dir   string
	stack *localaws.Stack
	out   *output
	end   func()
	filed atomic.Int64
	// parameters are those of the template.
	parameters map[string]string
}

// write writes a file as an editor does, in one step.
func (tm *team) write(name, content string) {
	tm.t.Helper()
	path := filepath.Join(tm.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		tm.t.Fatal(err)
	}
	if err := os.WriteFile(path+"~", []byte(content), 0o600); err != nil {
		tm.t.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		tm.t.Fatal(err)
	}
}

// newTeam writes a team's folder.
func newTeam(t testing.TB, l language) *team {
	t.Helper()
	if _, err := exec.LookPath(l.program); err != nil {
		if os.Getenv("FASTTRACK_KIT") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	tm := &team{t: t, dir: t.TempDir(), out: &output{}}
	files := map[string]string{
		folder.FlowsFile: flowsFile, folder.TemplateFile: l.template, l.hooks: l.code("version 1", "my-own-flow"),
		l.strategy: strings.Replace(l.strategyCode, "TEXT", "vault 1", 1),
	}
	if l.more != nil {
		for name, content := range l.more(t) {
			files[name] = content
		}
	}
	for name, content := range files {
		tm.write(name, content)
	}
	return tm
}

// start serves the folder; the error is that of [watch.Start].
func (tm *team) start() error {
	f, err := folder.Open(tm.dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(tm.t.Context())
	served, err := watch.Start(ctx, f, folder.FlowsFile, localaws.Options{Addr: "127.0.0.1:0", Log: tm.out, Parameters: tm.parameters})
	if err != nil {
		cancel()
		return err
	}
	tm.stack = served.Stack
	var following sync.WaitGroup
	following.Go(func() { served.Follow(ctx, tm.out) })
	tm.end = sync.OnceFunc(func() {
		cancel()
		following.Wait()
		if err := served.Close(context.Background()); err != nil {
			tm.t.Error(err)
		}
	})
	tm.t.Cleanup(tm.end)
	return nil
}

// prints waits until a line with a text is printed after the change.
func (tm *team) prints(want string, change func()) {
	tm.t.Helper()
	from := tm.out.len()
	change()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(tm.out.since(from), want) {
			return
		}
	}
	tm.t.Fatalf("not printed: %q; printed:\n%s", want, tm.out.since(from))
}

// decision files a request of a flow, and returns the reason of its decision, or its status
// or error without one.
func (tm *team) decision(flow string) string {
	tm.t.Helper()
	// Each by another person: a person may file 10 a minute.
	who := fmt.Sprintf("p%d@example.com", tm.filed.Add(1))
	body, err := tm.postAs(who, "/requests", fmt.Sprintf(`{"flow":%q}`, flow))
	if err != nil {
		return err.Error()
	}
	var r struct {
		Status   any
		Errors   any
		Decision *struct{ Reason string }
	}
	if err := json.Unmarshal(body, &r); err != nil {
		tm.t.Fatalf("%v: %s", err, body)
	}
	if r.Decision != nil {
		return r.Decision.Reason
	}
	return fmt.Sprint(r.Status, r.Errors)
}

func (tm *team) post(path, body string) ([]byte, error) {
	return tm.postAs("ada@example.com", path, body)
}

func (tm *team) postAs(who, path, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, tm.stack.URL()+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+who)
	req.Header.Set("Prefer", "wait=20")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// output is what is printed.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Len()
}

func (o *output) since(from int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()[from:]
}
