package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A target that functions/grant may not give is a mistake before it is deployed.
func TestFlowsCheckStaysWithinTheParameters(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Setenv("AWS_REGION", "us-east-1")
	const text = `flows:
  - name: prod
    label: Production
    hooks: hooks
    admins: [root@example.com]
    fields:
      - {name: target, type: target, required: true}
    targets:
      - {id: admin, label: Admin, settings: {account: "123456789012", permission_set: "arn:aws:sso:::permissionSet/ssoins-1/ps-admin"}}
    durations: [2h]
    strategy: {type: identity-center, instance_arn: "arn:aws:sso:::instance/ssoins-1", identity_store_id: d-1}
    review: {approvers: [grace@example.com]}
`
	file, err := flow.Parse("flows.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
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
			statements := `{"Effect":"Allow","Action":"sso:DeleteAccountAssignment","Resource":"arn:aws:sso:::permissionSet/*"}`
			for _, resource := range []string{tc.sets, tc.accounts} {
				if resource != "" {
					statements += `,{"Effect":"Allow","Action":"sso:CreateAccountAssignment","Resource":` + resource + `}`
				}
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/configuration") {
					fmt.Fprint(w, `{"FunctionName":"fasttrack-engine-grant","Role":"arn:aws:iam::123456789012:role/fasttrack-GrantRole-1"}`)
					return
				}
				fmt.Fprintf(w, `<GetRolePolicyResponse><GetRolePolicyResult><PolicyDocument>%s</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>`,
					url.PathEscape(`{"Version":"2012-10-17","Statement":[`+statements+`]}`))
			}))
			defer server.Close()
			d := deployed{stack: "fasttrack", endpoint: server.URL}
			mistakes, warnings := d.rights(t.Context(), file)
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
