package record_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const hooksARN = "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-hooks"

// What an alias serves is known where it is one version, and nowhere else.
func TestAliasServes(t *testing.T) {
	for name, tc := range map[string]struct {
		status         int
		answer, serves string
	}{
		"one version":       {200, `{"FunctionVersion":"12"}`, "12"},
		"a canary":          {200, `{"FunctionVersion":"12","RoutingConfig":{"AdditionalVersionWeights":{"13":0.1}}}`, ""},
		"throttled":         {429, `{"message":"Rate exceeded"}`, ""},
		"no such alias":     {404, `{}`, ""},
		"nonsense":          {200, `<html>`, ""},
		"no longer weighed": {200, `{"FunctionVersion":"12","RoutingConfig":{}}`, "12"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked *http.Request
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.answer))
			}))
			defer srv.Close()
			serves := record.AliasServes(aws.Config{
				Region: "us-east-1", BaseEndpoint: &srv.URL, HTTPClient: srv.Client(), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
			}, hooksARN+":live")
			got, err := serves(t.Context())
			if got != tc.serves || (err == nil) != (tc.serves != "") {
				t.Errorf("serves %q, %v; want %q", got, err, tc.serves)
			}
			if asked.Method != http.MethodGet || asked.URL.Path != "/2015-03-31/functions/"+hooksARN+"/aliases/live" || !strings.HasPrefix(asked.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
				t.Errorf("asked %s %s", asked.Method, asked.URL.Path)
			}
		})
	}
	if record.AliasServes(aws.Config{}, "hooks") != nil {
		t.Error("a name without an alias serves something")
	}
}

// An approve meets a guard that was deployed before functions/record knew it. While
// the version that the alias serves is unknown, the guard is called. The alias is
// looked up only if a guard could be skipped.
func TestGuardDuringADeployment(t *testing.T) {
	for name, tc := range map[string]struct {
		serves record.Serves
		next   run.Next
	}{
		"the version that told":  {seven, "Approved"},
		"another":                {func(context.Context) (string, error) { return "8", nil }, "Hook"},
		"not known":              {func(context.Context) (string, error) { return "", errCrash }, "Hook"},
		"it can't be known ever": {nil, "Hook"},
	} {
		asked := 0
		f := newFakes(t)
		h := f.handler()
		h.Serves = nil
		if tc.serves != nil {
			h.Serves = func(ctx context.Context) (string, error) { asked++; return tc.serves(ctx) }
		}
		if _, err := h.Handle(t.Context(), f.step(1, toPeople)); err != nil {
			t.Fatal(err)
		}
		if asked != 0 {
			t.Errorf("%s: Lambda was asked %d times before there was an act", name, asked)
		}
		f.rec.Acts = []run.Act{{
			ID: run.NewID(start), Event: run.Approve, Person: run.Person{ID: "root@example.com", Email: "root@example.com"}, Channel: run.ViaAPI, At: start,
		}}
		answer, err := h.Handle(t.Context(), f.step(2, ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := answer.(stepfn.Document).Next; got != tc.next {
			t.Errorf("%s: next is %s, want %s", name, got, tc.next)
		}
	}
}
