package lambdafn_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/lambdafn"
)

var baseURL string

// sent are the events of asynchronous invocations, by function.
var sent sync.Map

// The service answers as Lambda's Invoke does
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html), by the function's
// name: an asynchronous invocation with 202 and no body, whatever the function does.
func TestMain(m *testing.M) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body) // of this process
		name := strings.Split(r.URL.Path, "/")[3]
		if known := name == "echo" || name == "raises"; known && r.Header.Get("X-Amz-Invocation-Type") == "Event" {
			sent.Store(name, string(asked))
			w.WriteHeader(http.StatusAccepted)
			return
		}
		switch r.URL.Path {
		case "/2015-03-31/functions/echo/invocations":
			_, _ = w.Write(asked)
		case "/2015-03-31/functions/raises/invocations":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = w.Write([]byte(`{"errorMessage": "no such team", "errorType": "KeyError", "stackTrace": ["secret"]}`))
		case "/2015-03-31/functions/dies/invocations":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = w.Write([]byte(`{"errorType": "Runtime.ExitError"}`))
		case "/2015-03-31/functions/nonsense/invocations":
			_, _ = w.Write([]byte(`"yes"`))
		case "/2015-03-31/functions/nothing/invocations":
			_, _ = w.Write([]byte(`null`))
		case "/2015-03-31/functions/hangs/invocations":
			<-r.Context().Done()
		case "/2015-03-31/functions/forbidden/invocations":
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"Message": "not authorized to perform: lambda:InvokeFunction"}`))
		default:
			w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"Message": "Function not found"}`))
		}
	}))
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	baseURL = server.URL
	m.Run()
}

func TestInvoke(t *testing.T) {
	type document struct{ Team string }
	for function, want := range map[string]string{
		"raises":    "raises failed: no such team",
		"dies":      "dies failed: Runtime.ExitError",
		"nonsense":  "nonsense returned unexpected JSON: json: cannot unmarshal string into Go value of type lambdafn_test.document",
		"nothing":   "nothing returned null",
		"hangs":     "hangs could not be invoked: AWS did not respond in time",
		"forbidden": "function forbidden not found, or the hooks may not invoke it: list its ARN in the stack's parameter HookInvokeArns",
		"missing":   "function missing not found",
		"":          "the function's name is empty",
	} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			var out document
			if err := lambdafn.Invoke(ctx, function, document{"sre"}, &out); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if ctx.Err() != nil {
				t.Error("the hook's own time is over: it can't say so any more")
			}
		})
	}
	var out document
	if err := lambdafn.Invoke(t.Context(), "echo", document{"sre"}, &out); err != nil || out.Team != "sre" {
		t.Errorf("got %v (%v)", out, err)
	}
	if err := lambdafn.Invoke(t.Context(), "nothing", nil, nil); err != nil {
		t.Error(err)
	}
}

// Send hands the event over and does not wait for what comes of it.
func TestSend(t *testing.T) {
	for function, want := range map[string]string{
		"echo":      "",
		"raises":    "", // which its own log says
		"forbidden": "function forbidden not found, or the hooks may not invoke it: list its ARN in the stack's parameter HookInvokeArns",
		"missing":   "function missing not found",
		"nothing":   "nothing could not be invoked: status 200, must be 202",
		"":          "the function's name is empty",
	} {
		got := ""
		if err := lambdafn.Send(t.Context(), function, map[string]string{"run": "01J"}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", function, got, want)
		}
		if event, _ := sent.Load(function); (want == "") != (event == `{"run":"01J"}`) {
			t.Errorf("%s: got the event %v", function, event)
		}
	}
	err := lambdafn.Send(t.Context(), "echo", strings.Repeat("x", 1<<20))
	if err == nil || err.Error() != "invoke echo: the event has 1048578 bytes, more than 1048576" {
		t.Errorf("a large event: %v", err)
	}
}

// A base URL comes before the environment's.
func TestAt(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	var out string
	if err := lambdafn.At(baseURL).Invoke(t.Context(), "echo", "hello", &out); err != nil || out != "hello" {
		t.Errorf("got %q (%v)", out, err)
	}
}
