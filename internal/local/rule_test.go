package local_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

const (
	issuer   = "https://issuer.example.com"
	secret   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:w"
	instance = "arn:aws:sso:::instance/ssoins-1"
	sets     = "arn:aws:sso:::permissionSet/*"
	accounts = "arn:aws:sso:::account/*"
	policyOf = "arn:aws:organizations::123456789012:policy/o-abc/service_control_policy/p-abc"
)

// combinations are parameters, as NAME=VALUE, with a part of the message that refuses
// them; "" where they are valid.
var combinations = []struct{ given, refused string }{
	{"", ""},
	{"AuthMode=IAM", ""},
	{"AuthMode=JWT JwtIssuer=" + issuer + " JwtAudience=api", ""},
	{"AuthMode=JWT JwtIssuer=http://127.0.0.1:8080 JwtAudience=api", ""},
	{"AuthMode=JWT JwtIssuer=http://[::1]:8080 JwtAudience=api,other", ""},
	{"AuthMode=JWT", "AuthMode=JWT needs JwtIssuer"},
	{"AuthMode=JWT JwtAudience=api", "AuthMode=JWT needs JwtIssuer"},
	{"AuthMode=JWT JwtIssuer=" + issuer, "AuthMode=JWT needs JwtAudience"},
	{"AuthMode=JWT JwtAudience=api JwtIssuer=http://issuer.example.com", "allowed pattern"},
	{"AuthMode=JWT JwtAudience=api JwtIssuer=issuer.example.com", "allowed pattern"},
	{"JwtIssuer=" + issuer, "JwtIssuer needs JwtAudience"},
	{"JwtIssuer=" + issuer + " JwtAudience=api", ""},
	{"JwtIssuer=" + issuer + " JwtAudience=api JwtGroupsClaim=roles JwtMachineClaim=gty JwtEmailClaim=upn JwtTrustEmail=true JwtEmailDomains=example.com", ""},
	{"JwtIssuer=" + issuer + " JwtAudience=api JwtEmailClaim=upn JwtEmailDomains=example.com", "needs JwtTrustEmail=true"},
	{"JwtAudience=api", "JwtAudience is ignored without JwtIssuer"},
	{"JwtTrustEmail=true", "JwtTrustEmail is ignored without JwtIssuer"},
	{"JwtEmailClaim=upn JwtTrustEmail=true JwtEmailDomains=example.com", "is ignored without JwtIssuer"},
	{"JwtEmailClaim=upn", "JwtEmailClaim is ignored without JwtIssuer"},
	{"JwtEmailDomains=example.com", "JwtEmailDomains is ignored without JwtIssuer"},
	{"JwtMachineClaim=gty=client-credentials", "JwtMachineClaim is ignored without JwtIssuer"},
	{"JwtGroupsClaim=roles", "JwtGroupsClaim is ignored without JwtIssuer"},
	{"AuthMode=JWT JwtIssuer=" + issuer + " JwtAudience=api JwtEmailClaim=upn JwtEmailDomains=example.com", "needs JwtTrustEmail=true"},
	{"AuthMode=JWT JwtIssuer=" + issuer + " JwtAudience=api JwtEmailClaim=upn JwtTrustEmail=true", "needs JwtEmailDomains"},
	{"AuthMode=JWT JwtIssuer=" + issuer + " JwtAudience=api JwtEmailClaim=upn JwtTrustEmail=true JwtEmailDomains=example.com", ""},
	{"AuthMode=JWT JwtIssuer=" + issuer + " JwtAudience=api JwtGroupsClaim=roles JwtMachineClaim=gty JwtEmailDomains=example.com JwtTrustEmail=true", ""},
	{"WebhookUrl=https://hooks.example.com/x", "WebhookUrl needs WebhookSecretArn"},
	{"WebhookSecretArn=" + secret, "WebhookSecretArn needs WebhookUrl"},
	{"WebhookUrl=https://hooks.example.com/x WebhookSecretArn=" + secret, ""},
	{"WebhookUrl=https://hooks.example.com/x WebhookContentType=application/cloudevents+json WebhookSecretArn=" + secret, ""},
	{"MailFrom=fasttrack@example.com", ""},
	{"MailFrom=fasttrack@example.com MailConfigurationSet=approvals", ""},
	{"MailConfigurationSet=approvals", "MailConfigurationSet needs MailFrom"},
	{"MailFrom=fasttrack", "allowed pattern"},
	{"MailFrom=fasttrack@example.com,mallory@example.com", "allowed pattern"},
	{"TeamsSecretArn=" + secret, ""},
	{"TeamsSecretArn=https://x.example.com", "allowed pattern"},
	{"SecretKeyArns=" + secretKey + " TeamsSecretArn=" + secret, ""},
	{"WebhookContentType=application/cloudevents+json", "WebhookContentType needs WebhookUrl"},
	{"WebhookUrl=http://127.0.0.1:9000 WebhookSecretArn=" + secret, "allowed pattern"},
	{"WebhookUrl=http://hooks.example.com/x WebhookSecretArn=" + secret, "allowed pattern"},
	{"WebhookUrl=https://hooks.example.com/x WebhookSecretArn=whsec_c2VjcmV0", "allowed pattern"},
	{"IdentityCenterInstanceArn=" + instance, "needs IdentityCenterPermissionSetArns"},
	{"IdentityCenterInstanceArn=" + instance + " IdentityCenterPermissionSetArns=" + sets, "needs IdentityCenterAccountArns"},
	{"IdentityCenterInstanceArn=" + instance + " IdentityCenterAccountArns=" + accounts, "needs IdentityCenterPermissionSetArns"},
	{"IdentityCenterPermissionSetArns=" + sets, "IdentityCenterPermissionSetArns needs IdentityCenterInstanceArn"},
	{"IdentityCenterAccountArns=" + accounts, "IdentityCenterAccountArns needs IdentityCenterInstanceArn"},
	{"SessionPolicyArn=" + policyOf, "and needs IdentityCenterInstanceArn"},
	{"IdentityCenterInstanceArn=" + instance + " IdentityCenterPermissionSetArns=" + sets + " IdentityCenterAccountArns=" + accounts + " SessionPolicyArn=" + policyOf, ""},
	{"IdentityCenterKeyArn=" + centerKey, "IdentityCenterKeyArn needs IdentityCenterInstanceArn"},
	{"IdentityCenterRegion=Frankfurt", "allowed pattern"},
	{"IdentityCenterKeyArn=alias/center", "allowed pattern"},
	{"SecretKeyArns=" + secretKey, "SecretKeyArns needs HookSecretArns, WebhookSecretArn, SlackSecretArn, TeamsSecretArn, ConsoleClientSecretArn or ConsoleKeySecretArn"},
	{"SecretKeyArns=" + secretKey + " HookSecretArns=" + secret, ""},
	{"SecretKeyArns=" + secretKey + " WebhookUrl=https://hooks.example.com/x WebhookSecretArn=" + secret, ""},
	{"SecretKeyArns=alias/mine", "allowed pattern"},
	{"HookFunctionArns=my-hooks", "allowed pattern"},
	{"HookFunctionArns=arn:aws:lambda:eu-central-1:123456789012:function:a,my-hooks", "allowed pattern"},
	{"HookInvokeArns=my-function", "allowed pattern"},
	{"StrategyFunctionArns=my-strategy", "allowed pattern"},
	{"HookSecretArns=okta-token", "allowed pattern"},
	{"IamGroupArns=admins", "allowed pattern"},
	{"AlarmTopicArn=alarms", "allowed pattern"},
	{"NotifyEmail=ops", "allowed pattern"},
	{"PortalUrl=portal.example.com", "allowed pattern"},
	{"PortalUrl=https://portal.example.com/fasttrack", ""},
	{"ConsoleOrigin=https://access.example.com", ""},
	{"ConsoleOrigin=http://127.0.0.1:8080", ""},
	{"ConsoleOrigin=http://access.example.com", "allowed pattern"},
	{"ConsoleOrigin=https://access.example.com/", "allowed pattern"},
	{"ConsoleOrigin=https://access.example.com/console", "allowed pattern"},
	{"ConsoleOrigin=https://access.example.com PortalUrl=https://portal.example.com", "ConsoleOrigin replaces PortalUrl"},
	{"ConsoleClientId=c", "ConsoleClientId needs JwtIssuer"},
	{"ConsoleClientId=c JwtIssuer=" + issuer + " JwtAudience=c", "ConsoleClientId needs ConsoleOrigin"},
	{"ConsoleClientId=c ConsoleOrigin=https://access.example.com", "ConsoleClientId needs JwtIssuer"},
	{"ConsoleClientId=c ConsoleOrigin=https://access.example.com JwtIssuer=" + issuer + " JwtAudience=c", ""},
	{"AuthMode=JWT ConsoleClientId=c ConsoleOrigin=https://access.example.com JwtIssuer=" + issuer + " JwtAudience=c ConsoleToken=id ConsoleScopes=openid ConsoleSessionHours=8 ConsoleClientSecretArn=" + secret + " ConsoleKeySecretArn=" + secret + " SecretKeyArns=" + secretKey + " ConsoleParameters=access_type=offline&prompt=consent ConsoleSignOutUrl=https://idp.example.com/out", ""},
	{"ConsoleClientSecretArn=" + secret, "ConsoleClientSecretArn needs ConsoleClientId"},
	{"ConsoleKeySecretArn=" + secret, "ConsoleKeySecretArn needs ConsoleClientId"},
	{"ConsoleToken=id", "ConsoleToken is ignored without ConsoleClientId"},
	{"ConsoleScopes=openid", "ConsoleScopes needs ConsoleClientId"},
	{"ConsoleScopes=email", "allowed pattern"},
	{"ConsoleParameters=a=b", "ConsoleParameters needs ConsoleClientId"},
	{"ConsoleParameters=offline", "allowed pattern"},
	{"ConsoleSignOutUrl=https://idp.example.com/out", "ConsoleSignOutUrl needs ConsoleClientId"},
	{"ConsoleSessionHours=8", "ConsoleSessionHours is ignored without ConsoleClientId"},
	{"CorsOrigins=https://portal.example.com,http://localhost:3000", ""},
	{"CorsOrigins=*", "allowed pattern"},
	{"CorsOrigins=https://*.example.com", "allowed pattern"},
	{"CorsOrigins=https://portal.example.com/", "allowed pattern"},
	{"CorsOrigins=portal.example.com", "allowed pattern"},
}

// Parameters that would fail late, or be ignored, are refused before anything is made.
func TestRules(t *testing.T) {
	for _, c := range combinations {
		parameters := map[string]string{}
		for _, word := range strings.Fields(c.given) {
			name, value, _ := strings.Cut(word, "=")
			parameters[name] = value
		}
		_, err := template.Load("../../template.yaml", options(parameters))
		switch {
		case c.refused == "" && err != nil:
			t.Errorf("%s: %v", c.given, err)
		case c.refused != "" && err == nil:
			t.Errorf("%s is taken, want %q", c.given, c.refused)
		case c.refused != "" && !strings.Contains(err.Error(), c.refused):
			t.Errorf("%s: %v, want %q", c.given, err, c.refused)
		}
		if broken, is := errors.AsType[*template.RuleError](err); c.refused != "" && c.refused != "allowed pattern" && (!is || broken.Line == 0) {
			t.Errorf("%s: %v is not the error of a rule", c.given, err)
		}
	}
}

// Each parameter is in a rule, or needs none: it stands for itself.
func TestEveryParameterIsLookedAt(t *testing.T) {
	alone := map[string]string{
		"HookFunctionArns": "only widens what may be invoked", "HookInvokeArns": "only widens",
		"StrategyFunctionArns": "only widens", "IamGroupArns": "only widens", "DemoStrategy": "a switch",
		"ApiBasePath": "goes with any domain", "NotifyEmail": "a subscription of a topic that is always there", "IdentityCenterRegion": "hook/identitycenter uses it without the strategy",
		"CorsOrigins":  "only widens",
		"Architecture": "`make deploy` sets it as it builds", "LogRetentionDays": "a number", "AlarmTopicArn": "for alarms that are always there",
		"AuditDigest": "a switch", "MetricsDashboard": "a switch", "CustomMetrics": "a switch", "Tracing": "a switch", "PushedRules": "a switch", "ApiConcurrency": "a number", "EngineConcurrency": "a number", "MaxWaiting": "a number", "Stage": "compared with flows.yaml at the start of functions",
	}
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Rules      yaml.Node            `yaml:"Rules"`
		Parameters map[string]yaml.Node `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	rules, err := yaml.Marshal(&doc.Rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Parameters)) {
		inRule := strings.Contains(string(rules), "!Ref "+name+"\n") || strings.Contains(string(rules), "!Ref "+name+",") || strings.Contains(string(rules), "Ref: "+name+"}")
		if !inRule && alone[name] == "" {
			t.Errorf("no rule holds %s: does every value of it go with every value of the others?", name)
		}
		if inRule && alone[name] != "" {
			t.Errorf("%s is in a rule and is said to need none", name)
		}
	}
}
