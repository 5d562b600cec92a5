package flowcheck_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
)

// A destination that the stack lacks is a mistake, which names the parameter.
func TestDestinations(t *testing.T) {
	file, err := flow.Parse("flows.yaml", []byte(`flows:
  - name: prod
    hooks: none
    admins: [root@example.com]
    review:
      notify:
        - {to: [sns, "slack:#ops", webhook]}
        - {to: ["slack:@grace@example.com", "email:ops@example.com", "teams:ops", root@example.com]}
`))
	if err != nil {
		t.Fatal(err)
	}
	const slack = "; set its parameter SlackTeams"
	for name, tc := range map[string]struct {
		has  map[string]string
		want []string
	}{
		"all there":        {map[string]string{"HAS_WEBHOOK": "true", "HAS_SLACK": "true", "HAS_MAIL": "true", "HAS_TEAMS": "true"}, nil},
		"an older release": {nil, nil},
		"without Slack":    {map[string]string{"HAS_SLACK": "false"}, []string{`7:22: flows[0].review.notify[0].to[1]: stack fasttrack delivers nothing to slack:#ops` + slack, `8:17: flows[0].review.notify[1].to[0]: stack fasttrack delivers nothing to slack:@grace@example.com` + slack}},
		"without the others": {map[string]string{"HAS_WEBHOOK": "false", "HAS_MAIL": "false", "HAS_TEAMS": "false"}, []string{
			`7:36: flows[0].review.notify[0].to[2]: stack fasttrack delivers nothing to webhook; set its parameter WebhookUrl`,
			`8:45: flows[0].review.notify[1].to[1]: stack fasttrack delivers nothing to email:ops@example.com; set its parameter MailFrom`,
			`8:70: flows[0].review.notify[1].to[2]: stack fasttrack delivers nothing to teams:ops; set its parameter TeamsSecretArn`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.URL.Path, "/fasttrack-engine-record/") {
					w.WriteHeader(http.StatusNoContent) // a dry run
					return
				}
				variables, err := json.Marshal(tc.has)
				if err != nil {
					t.Error(err)
				}
				fmt.Fprintf(w, `{"Environment":{"Variables":%s}}`, variables)
			}))
			defer server.Close()
			cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), RetryMaxAttempts: 1}
			mistakes, _, err := flowcheck.Stack{Name: "fasttrack", Config: cfg}.Check(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range mistakes {
				got = append(got, strings.TrimPrefix(m.In(""), ":"))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
