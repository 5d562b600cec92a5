package flowcheck_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
)

// account is what an AWS account says of a stack.
type account struct {
	// session is the session duration of the permission set; "" is refused.
	session string
	// policy is what functions/grant may do.
	policy string
	// missing has no hook function.
	missing bool
}

// config returns the configuration to reach the account with.
func (a account) config(t *testing.T) aws.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/invocations"):
			if a.missing {
				w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		case strings.HasSuffix(r.URL.Path, "/configuration"):
			fmt.Fprint(w, `{"FunctionName":"fasttrack-engine-grant","Role":"arn:aws:iam::123456789012:role/fasttrack-GrantRole-1","Environment":{"Variables":{"IDENTITY_CENTER_REGION":"eu-west-1"}}}`)
		case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribePermissionSet"):
			if scope := r.Header.Get("Authorization"); !strings.Contains(scope, "/eu-west-1/sso/") {
				t.Errorf("the call is signed with %s, want the region of functions/grant", scope)
			}
			if a.session == "" {
				w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			fmt.Fprintf(w, `{"PermissionSet":{"SessionDuration":%q}}`, a.session)
		default: // iam:GetRolePolicy
			fmt.Fprintf(w, `<GetRolePolicyResponse><GetRolePolicyResult><PolicyDocument>%s</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>`, url.PathEscape(a.policy))
		}
	}))
	t.Cleanup(server.Close)
	return aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), RetryMaxAttempts: 1}
}

// policyOf allows to assign resources, in JSON.
func policyOf(resources ...string) string {
	statements := `{"Effect":"Allow","Action":"sso:DeleteAccountAssignment","Resource":"arn:aws:sso:::permissionSet/*"}`
	for _, resource := range resources {
		if resource != "" {
			statements += `,{"Effect":"Allow","Action":"sso:CreateAccountAssignment","Resource":` + resource + `}`
		}
	}
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// everything allows to assign any permission set in any account.
var everything = policyOf(`"arn:aws:sso:::permissionSet/*"`, `"arn:aws:sso:::account/*"`)

func identityCenterFlows(t *testing.T) *flow.File {
	t.Helper()
	file, err := flow.Parse("flows.yaml", []byte(`flows:
  - name: prod
    label: Production
    hooks: hooks
    admins: [root@example.com]
    fields:
      - {name: target, type: target, required: true}
    targets:
      - {id: admin, label: Admin, settings: {account: "123456789012", permission_set: "arn:aws:sso:::permissionSet/ssoins-1/ps-admin"}}
    durations: [1h30m, 2h]
    strategy: {type: identity-center, instance_arn: "arn:aws:sso:::instance/ssoins-1", identity_store_id: d-1}
    review: {approvers: [grace@example.com]}
`))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func details(errs []flow.Error) string {
	var all []string
	for _, e := range errs {
		all = append(all, e.Detail)
	}
	return strings.Join(all, "\n")
}

// A target that functions/grant may not assign is a mistake before it is deployed.
func TestStack_Rights(t *testing.T) {
	for name, tc := range map[string]struct {
		sets, accounts string
		want           []string
	}{
		"both are listed":      {`"arn:aws:sso:::permissionSet/ssoins-1/ps-admin"`, `"arn:aws:sso:::account/123456789012"`, nil},
		"any":                  {`"arn:aws:sso:::permissionSet/*"`, `"arn:aws:sso:::account/*"`, nil},
		"another set":          {`["arn:aws:sso:::permissionSet/ssoins-1/ps-read"]`, `"arn:aws:sso:::account/*"`, []string{"IdentityCenterPermissionSetArns"}},
		"another account":      {`"arn:aws:sso:::permissionSet/*"`, `["arn:aws:sso:::account/210987654321"]`, []string{"IdentityCenterAccountArns"}},
		"neither":              {`"arn:aws:sso:::permissionSet/ssoins-1/ps"`, `"arn:aws:sso:::account/2"`, []string{"IdentityCenterPermissionSetArns", "IdentityCenterAccountArns"}},
		"a right to take only": {``, ``, []string{"IdentityCenterPermissionSetArns", "IdentityCenterAccountArns"}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := flowcheck.Stack{Name: "fasttrack", Config: account{session: "PT1H", policy: policyOf(tc.sets, tc.accounts)}.config(t)}
			mistakes, warnings, err := stack.Check(t.Context(), identityCenterFlows(t))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range mistakes {
				_, name, _ := strings.Cut(m.Detail, "parameter ")
				got = append(got, name)
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) || len(warnings) > 0 {
				t.Errorf("%v, want %v; %v", mistakes, tc.want, warnings)
			}
		})
	}
}

// A session that outlasts access is a mistake or a warning, and one that can't be
// read is a warning.
func TestStack_Sessions(t *testing.T) {
	for session, tc := range map[string]struct{ mistake, warning string }{
		"PT12H": {"a session of this permission set lasts 12h, longer than any duration of the flow (at most 2h)", ""},
		"PT2H":  {"", "a session of this permission set lasts 2h: access for 1h30m may be used for up to 2h after it has ended"},
		"PT1H":  {"", ""},
		"":      {"", "could not read how long a session of this permission set lasts"},
	} {
		t.Run(session, func(t *testing.T) {
			mistakes, warnings, err := flowcheck.Stack{Name: "fasttrack", Config: account{session: session, policy: everything}.config(t)}.Check(t.Context(), identityCenterFlows(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, each := range []struct{ got, want string }{{details(mistakes), tc.mistake}, {details(warnings), tc.warning}} {
				if !strings.HasPrefix(each.got, each.want) || each.want == "" && each.got != "" {
					t.Errorf("got %q, want %q", each.got, each.want)
				}
			}
		})
	}
}

// A function that is not deployed is a mistake where the flow names it.
func TestStack_Functions(t *testing.T) {
	mistakes, _, err := flowcheck.Stack{Name: "fasttrack", Config: account{session: "PT1H", policy: everything, missing: true}.config(t)}.Check(t.Context(), identityCenterFlows(t))
	if err != nil || !strings.HasPrefix(details(mistakes), "no function fasttrack-hooks:live; deploy it") || len(mistakes) != 1 || mistakes[0].Line != 4 {
		t.Errorf("got %+v, %v", mistakes, err)
	}
}
