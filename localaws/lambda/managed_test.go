package lambda_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

// source has a function in each managed language that does what its event asks for.
var source = map[string]map[string]string{
	"python3.13": {
		"handler.py": `
import logging, os, sys, time
class NotPending(Exception): pass
def handler(event, context):
    do, text = event["do"], event.get("text")
    if do == "echo": return text
    if do == "pid": return os.getpid()
    if do == "env": return [k + "=" + v for k, v in os.environ.items()]
    if do == "typed": raise NotPending(text + " is not pending")
    if do == "exit": sys.exit(event["size"])
    if do == "sleep": time.sleep(event["size"] / 1000)
    if do == "odd": return {1, 2}
    if do == "print":
        print(text); logging.warning("logged")
    if do == "context":
        return {"arn": context.invoked_function_arn, "id": context.aws_request_id, "left_ms": context.get_remaining_time_in_millis()}
`,
	},
	"nodejs22.x": {
		"handler.mjs": `
class NotPending extends Error { name = 'NotPending'; }
export const handler = async (event, context) => {
  const { do: what, text, size } = event;
  if (what === 'echo') return text;
  if (what === 'pid') return process.pid;
  if (what === 'env') return Object.entries(process.env).map(([k, v]) => k + '=' + v);
  if (what === 'typed') throw new NotPending(text + ' is not pending');
  if (what === 'exit') process.exit(size);
  if (what === 'sleep') await new Promise((done) => setTimeout(done, size));
  if (what === 'odd') return 1n;
  if (what === 'print') { console.log(text); console.error('logged'); }
  if (what === 'context') return { arn: context.invokedFunctionArn, id: context.awsRequestId, left_ms: context.getRemainingTimeInMillis() };
};
export const callback = (event, context, done) => { setTimeout(() => done(null, 'called back'), 1); };
export const nothing = () => { setTimeout(() => {}, 1); };
export const later = () => { setTimeout(() => { throw new Error('later') }, 1); return new Promise(() => {}); };
`,
	},
}

// eachRuntime runs a test with each managed runtime that this machine has.
func eachRuntime(t *testing.T, test func(t *testing.T, runtime string)) {
	for runtime := range source {
		t.Run(runtime, func(t *testing.T) {
			if _, err := managed.Find(runtime); err != nil {
				t.Skip(err)
			}
			test(t, runtime)
		})
	}
}

// write makes a folder with files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// managedFunction makes "fixture" a function of a managed runtime.
func managedFunction(runtime, dir string) func(*lambda.Function) {
	return func(f *lambda.Function) {
		f.Command, f.Runtime, f.TaskRoot, f.Handler = "", runtime, dir, "handler.handler"
	}
}

func TestManaged(t *testing.T) {
	eachRuntime(t, func(t *testing.T, runtime string) {
		log := &syncBuffer{}
		s := newService(t, lambda.Options{Log: log, Environ: []string{"PATH=/bin", "HOME=/home/ada"}}, managedFunction(runtime, write(t, source[runtime])), func(f *lambda.Function) {
			f.Environment, f.Timeout = map[string]string{"TABLE_NAME": "runs"}, 1500*time.Millisecond
		})
		if r := call(t, s, `{"do":"echo","text":"naïve ☃"}`); string(r.Payload) != `"naïve ☃"` {
			t.Errorf("echo: %s", r.Payload)
		}
		if first, second := call(t, s, `{"do":"pid"}`), call(t, s, `{"do":"pid"}`); string(first.Payload) != string(second.Payload) {
			t.Errorf("pids %s and %s, want one process", first.Payload, second.Payload)
		}
		var env []string
		if err := json.Unmarshal(call(t, s, `{"do":"env"}`).Payload, &env); err != nil {
			t.Fatal(err)
		}
		joined := strings.Join(env, "\n")
		for _, want := range []string{"TABLE_NAME=runs", "_HANDLER=handler.handler", "AWS_EXECUTION_ENV=AWS_Lambda_" + runtime, "_X_AMZN_TRACE_ID=Root="} {
			if !strings.Contains(joined, want) {
				t.Errorf("the environment lacks %s", want)
			}
		}
		if strings.Contains(joined, "HOME=") {
			t.Error("HOME came along")
		}
		var got struct {
			ARN, ID string
			LeftMS  int `json:"left_ms"`
		}
		if err := json.Unmarshal(call(t, s, `{"do":"context"}`).Payload, &got); err != nil {
			t.Fatal(err)
		}
		if got.ARN != "arn:aws:lambda:eu-central-1:123456789012:function:fixture" || len(got.ID) != 36 || got.LeftMS <= 500 || got.LeftMS > 1500 {
			t.Errorf("context %+v", got)
		}
		for payload, want := range map[string][2]string{
			`{"do":"typed","text":"r1"}`:   {"NotPending", "r1 is not pending"},
			`{"do":"exit","size":3}`:       {"Runtime.ExitError", "exit status 3"},
			`{"do":"sleep","size":600000}`: {"Sandbox.Timedout", "timed out after 1.50 seconds"},
			`{"do":"odd"}`:                 {"Error", "serializ"},
		} {
			gotType, message := errorOf(t, call(t, s, payload))
			if !strings.Contains(gotType, want[0]) || !strings.Contains(message, want[1]) {
				t.Errorf("%s: got %s %q, want %v", payload, gotType, message, want)
			}
		}
		call(t, s, `{"do":"print","text":"two\nlines"}`)
		for _, want := range []string{"fixture | two\n", "fixture | lines\n", "logged\n"} {
			eventually(t, want, func() bool { return strings.Contains(log.String(), want) })
		}
	})
}

// A function without a promise calls back, or leaves nothing to wait for.
func TestManaged_NodeWithoutPromise(t *testing.T) {
	if _, err := managed.Find("nodejs22.x"); err != nil {
		t.Skip(err)
	}
	dir := write(t, source["nodejs22.x"])
	for handler, want := range map[string]string{"callback": `"called back"`, "nothing": "null", "later": "later"} {
		s := newService(t, lambda.Options{}, managedFunction("nodejs22.x", dir), func(f *lambda.Function) { f.Handler = "handler." + handler })
		if r := call(t, s, `{}`); !strings.Contains(string(r.Payload), want) {
			t.Errorf("%s: got %s", handler, r.Payload)
		}
	}
}

// Code that can't be loaded is reported as at AWS, with the place of the mistake.
func TestManaged_InitErrors(t *testing.T) {
	for _, tc := range []struct {
		name, runtime        string
		files                map[string]string
		wantType, wantInside string
	}{
		{"syntax", "python3.13", map[string]string{"handler.py": "def handler(\n"}, "Runtime.UserCodeSyntaxError", "line 1"},
		{"syntax of an import", "python3.13", map[string]string{"handler.py": "import mine\n", "mine.py": "\nx = = 1\n"}, "Runtime.UserCodeSyntaxError", "mine.py, line 2"},
		{"no module", "python3.13", map[string]string{"handler.py": "import nowhere\n"}, "Runtime.ImportModuleError", "Unable to import module 'handler': No module named 'nowhere'"},
		{"no file", "python3.13", nil, "Runtime.ImportModuleError", "No module named 'handler'"},
		{"no handler", "python3.13", map[string]string{"handler.py": "\n"}, "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'handler'"},
		{"raises", "python3.13", map[string]string{"handler.py": "x = 1\nraise ValueError('bad rule')\n"}, "ValueError", `handler.py\", line 2`},
		{"syntax", "nodejs22.x", map[string]string{"handler.mjs": "export const = 1;\n"}, "Runtime.UserCodeSyntaxError", "handler.mjs:1"},
		{"syntax of an import", "nodejs22.x", map[string]string{"handler.mjs": "import './mine.mjs';\n", "mine.mjs": "\nlet = ;\n"}, "Runtime.UserCodeSyntaxError", "mine.mjs:2"},
		{"no export", "nodejs22.x", map[string]string{"handler.mjs": "import { b } from './mine.mjs';\n", "mine.mjs": ""}, "Runtime.UserCodeSyntaxError", "handler.mjs:1"},
		{"no module", "nodejs22.x", map[string]string{"handler.mjs": "import 'nowhere';\n"}, "Runtime.ImportModuleError", "nowhere"},
		{"no file", "nodejs22.x", nil, "Runtime.ImportModuleError", "Cannot find module 'handler'"},
		{"no handler", "nodejs22.x", map[string]string{"handler.mjs": ""}, "Runtime.HandlerNotFound", "handler.handler is undefined or not exported"},
		{"throws", "nodejs22.x", map[string]string{"handler.mjs": "const x = 1;\nthrow new RangeError('bad rule');\n"}, "RangeError", "handler.mjs:2"},
		{"CommonJS", "nodejs22.x", map[string]string{"handler.js": "exports.handler = async () => { throw new Error('it runs') };\n"}, "Error", "it runs"},
	} {
		t.Run(tc.runtime+"/"+tc.name, func(t *testing.T) {
			if _, err := managed.Find(tc.runtime); err != nil {
				t.Skip(err)
			}
			t.Parallel()
			s := newService(t, lambda.Options{}, managedFunction(tc.runtime, write(t, tc.files)))
			r := call(t, s, `{}`)
			if gotType, _ := errorOf(t, r); gotType != tc.wantType || !strings.Contains(string(r.Payload), tc.wantInside) {
				t.Errorf("got %s, want %s with %q", r.Payload, tc.wantType, tc.wantInside)
			}
		})
	}
}

// The version is that of the files; a file that changes is another version.
func TestManaged_Version(t *testing.T) {
	eachRuntime(t, func(t *testing.T, runtime string) {
		dir := write(t, source[runtime])
		s := newService(t, lambda.Options{}, managedFunction(runtime, dir))
		call(t, s, `{"do":"pid"}`)
		first, _ := s.Version("fixture")
		again := newService(t, lambda.Options{}, managedFunction(runtime, dir))
		if second, _ := again.Version("fixture"); second != first {
			t.Errorf("version %s, then %s of the same files: running it left some", first, second)
		}
		if err := os.WriteFile(filepath.Join(dir, "more.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		third := newService(t, lambda.Options{}, managedFunction(runtime, dir))
		if other, _ := third.Version("fixture"); other == first {
			t.Errorf("version %s of other files", other)
		}
	})
}
