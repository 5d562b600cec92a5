package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// playSessions answers that every function is there, and how long sessions of the
// permission sets last.
func playSessions(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/functions/fasttrack-engine-grant/configuration") {
			fmt.Fprint(w, `{"FunctionName":"fasttrack-engine-grant","Environment":{"Variables":{"IDENTITY_CENTER_REGION":"eu-west-1"}}}`)
			return
		}
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribePermissionSet") {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if scope := r.Header.Get("Authorization"); !strings.Contains(scope, "/eu-west-1/sso/") {
			t.Errorf("the call is signed with %s, want the region that functions/grant has", scope)
		}
		var asked struct{ PermissionSetArn string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if strings.HasSuffix(asked.PermissionSetArn, "forbidden") {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"AccessDeniedException","Message":"no"}`)
			return
		}
		_, session, _ := strings.Cut(asked.PermissionSetArn, "ps-")
		fmt.Fprintf(w, `{"PermissionSet":{"Name":"admin","SessionDuration":%q}}`, session)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestFlowsCheckComparesSessions(t *testing.T) {
	for session, want := range map[string]struct {
		ok      bool
		message string
	}{
		"PT12H":     {false, "a session of this permission set lasts 12h, longer than the flow ever gives access (2h)"},
		"PT2H":      {true, "warning: a session of this permission set lasts 2h: access that is asked for 1h30m may be used for up to 2h after its end"},
		"PT1H":      {true, ""},
		"forbidden": {true, "warning: how long a session of this permission set lasts can't be found out"},
	} {
		t.Run(session, func(t *testing.T) {
			t.Setenv("AWS_ACCESS_KEY_ID", "x")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
			t.Setenv("AWS_REGION", "us-east-1")
			file := filepath.Join(t.TempDir(), "flows.yaml")
			text := `flows:
  - name: prod
    label: Production
    hooks: hooks
    admins: [root@example.com]
    fields:
      - {name: target, type: target, required: true}
    targets:
      - {id: admin, label: Admin, settings: {account: "123456789012", permission_set: "arn:aws:sso:::permissionSet/ssoins-1/ps-` + session + `"}}
    durations: [1h30m, 2h]
    strategy: {type: identity-center, instance_arn: "arn:aws:sso:::instance/ssoins-1", identity_store_id: d-1}
    review: {approvers: [grace@example.com]}
`
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, said bytes.Buffer
			cmd := newFlowsCheckCommand(process(t, nil))
			cmd.SetOut(&out)
			cmd.SetErr(&said)
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs([]string{file, "--deployed", "--endpoint-url", playSessions(t)})
			err := cmd.ExecuteContext(t.Context())
			if err != nil {
				said.WriteString(err.Error())
			}
			if (err == nil) != want.ok || !strings.Contains(said.String(), want.message) || want.message == "" && said.Len() > 0 {
				t.Errorf("%v\n%s", err, said.String())
			}
		})
	}
}
