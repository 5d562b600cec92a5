package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A function that is deployed is not tried by mistake, nor as somebody who is
// none.
func TestHooksCheckRefusesADeployedFunction(t *testing.T) {
	for name, args := range map[string][]string{
		"a name":             {"fasttrack-hooks"},
		"an ARN":             {"arn:aws:lambda:eu-west-1:123456789012:function:fasttrack-hooks"},
		"a URL":              {"https://abc.lambda-url.eu-west-1.on.aws/"},
		"another endpoint":   {"fasttrack-hooks", "--endpoint-url", "https://lambda.eu-west-1.amazonaws.com"},
		"live alone":         {"fasttrack-hooks", "--live"},
		"without a person":   {"fasttrack-hooks", "--live", "--target", "prod-ro"},
		"without a target":   {"fasttrack-hooks", "--live", "--person", "ada@example.com"},
		"not said to be":     {"fasttrack-hooks", "--person", "ada@example.com", "--target", "prod-ro"},
		"of another's flow":  {"fasttrack-hooks", "--live", "--person", "ada@example.com", "--target", "nothing"},
		"guards change that": {"fasttrack-hooks", "--with-guards"},
	} {
		code, _, messages := process(t, nil).runs(t.Context(), append([]string{"hooks", "check", "--flow", "aws-access", "--flows", "../../flows.yaml"}, args...)...)
		if code != exitUsage || !strings.Contains(messages, "--target") {
			t.Errorf("%s: it exits %d: %s", name, code, messages)
		}
	}
}

// Every event says that it is a trial, is about the person and target that were
// given, and only on_request and the reducers are called unless asked for.
func TestHooksCheckIsATrial(t *testing.T) {
	for _, guards := range []bool{false, true} {
		var called []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var a struct {
				Hook    string
				Trial   bool
				Accepts []string
				Flow    struct{ Fields []string }
				Run     struct {
					Requester struct{ Email string }
					Fields    struct{ Target struct{ ID string } }
				}
				Event struct{ Actor struct{ Email string } }
			}
			if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
				t.Error(err)
			}
			if !a.Trial || len(a.Accepts) > 0 && !slices.Contains(a.Flow.Fields, "urgency") {
				t.Errorf("%s: %+v", a.Hook, a)
			}
			if who := a.Run.Requester.Email; who == "ada@example.com" || a.Event.Actor.Email == "ada@example.com" {
				t.Errorf("%s is asked as %s", a.Hook, who)
			}
			if target := a.Run.Fields.Target.ID; target != "prod-admin" && target != "" {
				t.Errorf("%s is asked for %s", a.Hook, target)
			}
			called = append(called, a.Hook)
			_, _ = w.Write([]byte(`{}`))
		}))
		args := []string{"hooks", "check", server.URL, "--flow", "aws-access", "--flows", "../../flows.yaml", "--person", "zoe@example.com", "--target", "prod-admin"}
		if guards {
			args = append(args, "--with-guards")
		}
		root := newRootCommand(process(t, nil))
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.Close()
		if slices.Contains(called, "on_approve") != guards || slices.Contains(called, "after_fail") != guards || !slices.Contains(called, "get_permissions") {
			t.Errorf("with guards %v it called %q", guards, called)
		}
		if names := strings.Contains(out.String(), "not called without --with-guards: after_request, on_approve, after_approve, on_deny"); names == guards {
			t.Errorf("with guards %v it says:\n%s", guards, out.String())
		}
	}
}
