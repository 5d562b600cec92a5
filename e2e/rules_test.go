package e2e

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestRules plays the life of rules that are pushed, on a system of its own: its functions
// start anew where a transcript says so, in place of a wait of 30 seconds.
func TestRules(t *testing.T) {
	const flows = "testdata/rules/flows.yaml"
	build := layOut(t, "CasesFunction", flows)
	stack, err := local.Start(t.Context(), "", localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: build, Addr: "127.0.0.1:0", Log: newLogs(t), OnCall: calls.note,
		Parameters: map[string]string{"PushedRules": "true", "MailFrom": "fasttrack@example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	anew := func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) > 0 {
			ts.Fatalf("usage: anew")
		}
		dirs := map[string]string{}
		for _, f := range []string{"RequestFunction", "ApproveFunction", "RecordFunction", "NotifyFunction"} {
			dirs[f] = filepath.Join(build, f)
		}
		ts.Check(stack.Replace(t.Context(), dirs, nil))
	}
	// becomes reads a request until its change of rules has a state.
	becomes := func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: becomes ID STATE")
		}
		c := ts.Value(clientKey{}).(*client)
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			ts.Check(c.call("GET", "/requests/"+args[0], nil))
			if got, _ := c.at("rule_change.state"); got == args[1] {
				return
			}
			if time.Now().After(deadline) {
				ts.Fatalf("still not %s: %s", args[1], c.body)
			}
		}
	}
	// notified reads a request until a message about what became of its change was sent.
	notified := func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: notified ID PERSON")
		}
		c := ts.Value(clientKey{}).(*client)
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			ts.Check(c.call("GET", "/requests/"+args[0], nil))
			var r api.Request
			ts.Check(json.Unmarshal(c.body, &r))
			if slices.ContainsFunc(r.Delivery, func(d api.Delivery) bool {
				return d.About == api.AboutRules && d.Person == args[1] && d.By == "email" && d.State == api.DeliverySent
			}) {
				return
			}
			if time.Now().After(deadline) {
				ts.Fatalf("%s is not notified: %s", args[1], c.body)
			}
		}
	}
	// filed-with files a proposal whose sheet has a finding that nobody found, and a backtest
	// that nobody made.
	filedWith := func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 3 {
			ts.Fatalf("usage: filed-with FILE FINDING NAME")
		}
		before, raw := []byte(ts.ReadFile("change.yaml")), []byte(ts.ReadFile(args[0]))
		at := time.Now().UTC().Truncate(time.Second)
		sheet := rules.Sheet{Format: rules.Format, Digest: rules.Digest(raw), Base: 5, At: at, By: "eve", Findings: []string{args[1]}, Backtest: "0 requests", BacktestFrom: at.Add(-time.Hour)}
		body, err := json.Marshal(sheet)
		ts.Check(err)
		packed, err := rules.Pack(raw)
		ts.Check(err)
		cfg := aws.Config{Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
		table := store.NewFromConfig(cfg, stack.Template.Tables[0].Name)
		ts.Check(table.PutProposal(t.Context(), sheet.Digest, sheet.Base, rules.Proposal{Body: body, Packed: packed}, at))
		c := ts.Value(clientKey{}).(*client)
		in, err := json.Marshal(api.CreateInput{Flow: rules.ProposalFlow, Fields: map[string]any{
			rules.FieldDigest: sheet.Digest, rules.FieldBase: sheet.Base, rules.FieldSheet: rules.Digest(body), rules.FieldChange: change.Field(before, raw),
		}})
		ts.Check(err)
		ts.Check(c.call("POST", "/requests", in))
		id, _ := c.at("id")
		ts.Setenv(args[2], id)
	}
	on := system{url: stack.URL(), services: stack.URL() + "/_aws", table: local.StackName + "-Table"}
	playWith(t, on, "CasesFunction", flows, testscript.Params{Dir: "testdata/rules", Cmds: map[string]func(*testscript.TestScript, bool, []string){"anew": anew, "becomes": becomes, "notified": notified, "filed-with": filedWith}}, &client{url: on.url})
}
