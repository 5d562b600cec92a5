package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// proposing is the flow in which changes of rules are requested, as a block of flows.yaml.
const proposing = `flows:
  - name: rule-change
    hooks: none
    admins: [group:platform]
    review: {approvers: [grace@example.com]}
    fields:
      - {name: digest, type: string, required: true}
      - {name: base, type: int, required: true}
      - {name: sheet, type: string, required: true}
      - {name: change, type: text, required: true}
`

// rulesArePushed pushes a version with the flow for changes of rules. Functions take it while
// other tests go on.
func (d deployed) rulesArePushed(t *testing.T) {
	keys := kms.NewFromConfig(d.Services())
	key, err := keys.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/" + emulator.StackName + "-rules")})
	if err != nil {
		t.Fatal(err)
	}
	d.signsAnyhow(t, *key.KeyMetadata.Arn)
	d.flowsPush(t, changeable(t))
}

// changeable is the flows.yaml of the test with the flow for changes of rules.
func changeable(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/cases/flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(raw), "flows:\n", proposing, 1)
	if text == string(raw) {
		t.Fatal("testdata/cases/flows.yaml has another form")
	}
	return text
}

// flowsPush runs the command, and returns what it prints.
func (d deployed) flowsPush(t *testing.T, text string, args ...string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all := append([]string{"flows", "push", file, "--table", d.table, "--endpoint-url", d.services, "--binary", filepath.Join(binaries, "CasesFunction", "bootstrap"), "--json"}, args...)
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "bin", "fasttrack"), all...)
	cmd.Env = append(os.Environ(), "FASTTRACK_URL="+d.url)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("flows push %v: %v\n%s%s", args, err, out, stderr.String())
	}
	return out
}

// rulesAreApplied proposes another version, and has somebody approve it: functions/apply
// pushes that by its own role, and another function serves it within half a minute of that.
func (d deployed) rulesAreApplied(t *testing.T) {
	second := strings.Replace(changeable(t), "directory:\n", "  - name: more\n    label: One more\n    hooks: none\n    admins: [group:platform]\n    review: {approvers: [grace@example.com]}\ndirectory:\n", 1)
	knows := func(flow string) {
		t.Helper()
		c := d.as("ada@example.com")
		for deadline := time.Now().Add(2 * rules.Every); ; time.Sleep(time.Second) {
			if err := c.call("GET", "/flows", nil); err == nil && strings.Contains(string(c.body), `"`+flow+`"`) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("functions/request does not serve flow %s: %d %s", flow, c.status, c.body)
			}
		}
	}
	knows("rule-change")
	var filed struct{ ID string }
	if err := json.Unmarshal(d.flowsPush(t, second, "--propose", "--backtest", "none", "--as", "ada@example.com"), &filed); err != nil || filed.ID == "" {
		t.Fatalf("%v: no id", err)
	}
	c := d.as("grace@example.com")
	becomes := func(state string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
			err := c.call("GET", "/requests/"+filed.ID, nil)
			if got, _ := c.at("rule_change.state"); err == nil && got == state {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("it is not %s: %d %s", state, c.status, c.body)
			}
		}
	}
	d.await(t, filed.ID, "pending")
	becomes("proposed")
	d.act(t, "grace@example.com", filed.ID, "approve")
	becomes("pushed")
	if got, _ := c.at("rule_change.version"); got != "2" {
		t.Errorf("pushed as version %s, want 2: %s", got, c.body)
	}
	knows("more")
}
