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

// rulesAreApplied pushes a version, proposes another, and has somebody approve it:
// functions/apply pushes that by its own role, and another function serves it within half a
// minute of that.
func (d deployed) rulesAreApplied(t *testing.T) {
	keys := kms.NewFromConfig(d.Services())
	key, err := keys.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/" + emulator.StackName + "-rules")})
	if err != nil {
		t.Fatal(err)
	}
	d.signsAnyhow(t, *key.KeyMetadata.Arn)
	raw, err := os.ReadFile("testdata/cases/flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	first := strings.Replace(string(raw), "flows:\n", proposing, 1)
	second := strings.Replace(first, "directory:\n", "  - name: more\n    label: One more\n    hooks: none\n    admins: [group:platform]\n    review: {approvers: [grace@example.com]}\ndirectory:\n", 1)
	if first == string(raw) || second == first {
		t.Fatal("testdata/cases/flows.yaml has another form")
	}
	dir := t.TempDir()
	fasttrack := func(text string, args ...string) []byte {
		t.Helper()
		file := filepath.Join(dir, "flows.yaml")
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
	fasttrack(first)
	knows("rule-change")
	var filed struct{ ID string }
	if err := json.Unmarshal(fasttrack(second, "--propose", "--backtest", "none", "--as", "ada@example.com"), &filed); err != nil || filed.ID == "" {
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
