package httpapi_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
)

// A function has the vars of its deployment's stage. It does not start with a stage that
// flows.yaml does not declare.
func TestStart_Stage(t *testing.T) {
	const staged = "stages: [dev, prod]\nflows: [{name: f, admins: [root@example.com], stages: {dev: {vars: {a: 1}}, prod: {vars: {a: 2}}}}]\n"
	for name, tc := range map[string]struct {
		flows, stage, refused string
		want                  any
	}{
		"a stage":       {flows: staged, stage: "prod", want: 2.0},
		"another":       {flows: staged, stage: "dev", want: 1.0},
		"an unknown":    {flows: staged, stage: "production", refused: `parameter Stage: unknown stage "production"`},
		"a missing one": {flows: staged, refused: "parameter Stage: a stage is missing"},
		"none":          {flows: "flows: [{name: f, admins: [root@example.com], vars: {a: 3}}]", want: 3.0},
		"one too many":  {flows: "flows: [{name: f, admins: [root@example.com]}]", stage: "prod", refused: `parameter Stage: unknown stage "prod"`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "flows.yaml"), []byte(tc.flows), 0o600); err != nil {
				t.Fatal(err)
			}
			env := map[string]string{"LAMBDA_TASK_ROOT": dir, "STAGE": tc.stage, "AUTH_MODE": "IAM", "ACCOUNT_ID": "123456789012"}
			var file *flow.File
			_, err := httpapi.Start(pushed.Options{Getenv: func(name string) string { return env[name] }}, httpapi.Roles{}, func(r httpapi.Rules) *httpapi.API {
				file = r.Flows
				return &httpapi.API{}
			})
			switch {
			case tc.refused != "":
				if file != nil || err == nil || !strings.HasPrefix(err.Error(), tc.refused) {
					t.Errorf("got %v, %v, want %q", file, err, tc.refused)
				}
			case err != nil:
				t.Error(err)
			case file.Flows[0].Vars["a"] != tc.want:
				t.Errorf("vars: got %v, want a: %v", file.Flows[0].Vars, tc.want)
			}
		})
	}
}
