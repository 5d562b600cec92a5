package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local/stacktest"
)

func with(more map[string]string) map[string]string {
	p := map[string]string{
		"AuthMode": "JWT", "JwtIssuer": "https://idp.example.com", "JwtAudience": "console",
		"ConsoleClientId": "console", "ConsoleOrigin": "https://access.example.com",
	}
	maps.Copy(p, more)
	return p
}

const (
	made  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:fasttrack-ConsoleKey"
	given = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
)

// The console may write its log, read its two secrets, and decrypt those with the keys
// that are named. Nothing else: what it shows, the API showed the person.
func TestRightsOfTheConsole(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/k"
	for name, tc := range map[string]struct {
		parameters map[string]string
		secrets    []string
		decrypts   bool
	}{
		"as it comes":       {nil, []string{made}, false},
		"a client's secret": {map[string]string{"ConsoleClientSecretArn": given + "client"}, []string{made, given + "client"}, false},
		"a key of one's own": {map[string]string{"ConsoleKeySecretArn": given + "key", "ConsoleClientSecretArn": given + "client", "SecretKeyArns": key},
			[]string{given + "key", given + "client"}, true},
	} {
		stack := stacktest.Load(t, "../../template.yaml", with(tc.parameters))
		decrypts := false
		for _, s := range stacktest.Role(t, stack, "ConsoleRole").Statements {
			switch {
			case slices.Equal(s.Actions, []string{"logs:CreateLogStream", "logs:PutLogEvents"}):
			case slices.Equal(s.Actions, []string{"secretsmanager:GetSecretValue"}) && slices.Equal(s.Resources, tc.secrets):
			case slices.Equal(s.Actions, []string{"kms:Decrypt"}) && slices.Equal(s.Resources, []string{key}) && len(s.Conditions) > 0:
				decrypts = true
			default:
				t.Errorf("%s: the console may %v on %v", name, s.Actions, s.Resources)
			}
		}
		if decrypts != tc.decrypts {
			t.Errorf("%s: it may decrypt: %v", name, decrypts)
		}
		if ownKey := len(stack.Secrets) == 0; ownKey != (tc.parameters["ConsoleKeySecretArn"] != "") {
			t.Errorf("%s: the stack makes the secrets %v", name, stack.Secrets)
		}
	}
}

// Without a client nothing of the console is there. With one, its routes are public and
// it calls the API as the AuthMode has it for people.
func TestTheConsoleIsOffByDefault(t *testing.T) {
	for name, tc := range map[string]struct {
		parameters map[string]string
		api        string
	}{
		"by default":            {nil, ""},
		"an origin alone":       {map[string]string{"ConsoleOrigin": "https://access.example.com"}, ""},
		"with tokens":           {with(nil), "https://api.example.com"},
		"beside signed callers": {with(map[string]string{"AuthMode": "IAM"}), "https://api.example.com/people"},
	} {
		stack := stacktest.Load(t, "../../template.yaml", tc.parameters)
		on := tc.api != ""
		for _, r := range stack.Resources {
			if its := strings.Contains(r.LogicalID, "Console") || r.LogicalID == "RootRoute"; its && !on {
				t.Errorf("%s: %s is there", name, r.LogicalID)
			}
		}
		routes := map[string]string{}
		for _, r := range stack.APIs[0].Routes {
			if strings.HasSuffix(r.FunctionARN, "-engine-console") {
				routes[r.Key] = r.Authorization
			}
		}
		want := map[string]string{"ANY /console/{proxy+}": "NONE", "GET /console": "NONE", "GET /": "NONE"}
		if !on {
			want = map[string]string{}
		}
		if !maps.Equal(routes, want) {
			t.Errorf("%s: routes %v", name, routes)
		}
		api := ""
		for _, f := range stack.Functions {
			if f.LogicalID == "ConsoleFunction" {
				api = f.Environment["API_URL"]
			}
		}
		if api != tc.api {
			t.Errorf("%s: it calls %q, want %q", name, api, tc.api)
		}
	}
}
