package e2e

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// Every route of the template is described, and nothing else.
func TestRoutesAreDescribed(t *testing.T) {
	stack, err := template.Load("../template.yaml", template.Options{
		Region: "r", AccountID: "1", StackName: "s", FunctionVersion: func(string) (string, error) { return "1", nil },
		Parameters: map[string]string{"SlackTeams": "T0123ABCD", "SlackSecretArn": "arn:aws:secretsmanager:r:1:secret:slack"},
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openAPI()
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for path, operations := range doc.Paths {
		for method := range operations {
			described[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, r := range stack.APIs[0].Routes {
		if strings.HasPrefix(r.Key, "HEAD ") {
			continue // as GET, which a client takes for granted
		}
		if strings.HasPrefix(r.Key, "POST /slack/") {
			continue // for Slack's servers alone
		}
		if !described[r.Key] {
			t.Errorf("%s is not described", r.Key)
		}
		delete(described, r.Key)
	}
	for key := range described {
		t.Errorf("%s is described, but no route", key)
	}
}

// The check itself finds what is not described.
func TestDescribedRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		status            int
		contentType, body string
	}{
		"a status":                    {418, "application/json", `{}`},
		"a type":                      {200, "text/plain", `{}`},
		"a member":                    {200, "application/json", `{"runs":[],"more":1}`},
		"a wrong one":                 {200, "application/json", `{"runs":7}`},
		"a type of a shared answer":   {401, "text/html", `{"message":"Unauthorized"}`},
		"a member of a shared answer": {401, "application/json", `{"message":"Unauthorized","more":1}`},
	} {
		if described("GET", "/requests?view=mine", tc.status, tc.contentType, []byte(tc.body)) == nil {
			t.Errorf("%s that is not described was let pass", name)
		}
	}
	if err := described("GET", "/requests?view=mine", 401, "application/json", []byte(`{"message":"Unauthorized"}`)); err != nil {
		t.Error(err)
	}
}
