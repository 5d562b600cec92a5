package lambdafn_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/lambdafn"
)

// The service answers as Lambda's Invoke does: by the function's name.
func TestMain(m *testing.M) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body) // of this process
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
	m.Run()
}

func TestInvoke(t *testing.T) {
	type document struct{ Team string }
	for function, want := range map[string]string{
		"raises":    "raises failed: no such team",
		"dies":      "dies failed: Runtime.ExitError",
		"nonsense":  "what nonsense answered is not understood: json: cannot unmarshal string into Go value of type lambdafn_test.document",
		"nothing":   "nothing answered null",
		"hangs":     "hangs could not be invoked: AWS did not answer in time",
		"forbidden": "the function forbidden is not there, or may not be invoked: list its ARN in the stack's parameter HookInvokeArns",
		"missing":   "the function missing is not there",
		"":          "no function is named",
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
