package local_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// signIn are the parameters that each AuthMode needs.
var signIn = map[string]map[string]string{
	"IAM": {"AuthMode": "IAM"},
	"JWT": {"AuthMode": "JWT", "JwtIssuer": "https://issuer.example", "JwtAudience": "fasttrack"},
}

// The project's own template is understood in both modes.
func TestLoad_Project(t *testing.T) {
	for _, mode := range []string{"IAM", "JWT"} {
		stack, err := template.Load("../../template.yaml", options(signIn[mode]))
		if err != nil {
			t.Errorf("%s: %v", mode, err)
			continue
		}
		if len(stack.Functions) == 0 || len(stack.Tables) == 0 || len(stack.StateMachines) == 0 || len(stack.APIs) != 1 || len(stack.APIs[0].Routes) == 0 {
			t.Errorf("%s: functions %d, tables %d, state machines %d, APIs %d", mode, len(stack.Functions), len(stack.Tables), len(stack.StateMachines), len(stack.APIs))
		}
	}
}
