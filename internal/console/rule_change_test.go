package console_test

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// proposedRules is a request for a change of rules, whose text is hostile.
func proposedRules() api.Request {
	r := waiting("RULES")
	r.Flow, r.FlowLabel, r.Title = "rule-change", "Change of rules", "Change of rules"
	r.Fields = map[string]json.RawMessage{"digest": json.RawMessage(`"d00d"`)}
	r.FieldsShown = []api.FieldShown{{Name: "digest", Label: "digest", Type: "string", Value: json.RawMessage(`"d00d"`), Shown: "d00d"}}
	r.RuleChange = &api.RuleChange{
		Base: 5, Newest: 5, Digest: "d00d", State: api.RuleChangeProposed, Changes: []string{"changed  <b>production</b>"},
		Diff:     "--- served\n+++ proposed\n@@ -1,2 +1,2 @@\n flows:\n--- <script>alert(1)</script>\n+ label: </span></pre><img src=x onerror=alert(1)> \\u202e\n",
		Warnings: []string{"flows.yaml:3:5: <i>warning</i>"}, Findings: []string{"note: <i>a note</i>"}, Backtest: "3 requests of <u>production</u>\n", By: "arn:aws:iam::123456789012:user/<ada>", ProposedAt: now,
	}
	return r
}

func TestRuleChangePage(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*api.RuleChange)
		says   string
	}{
		"proposed": {func(*api.RuleChange) {}, "Over version 5. Once it is approved, it is pushed within seconds."},
		"stale":    {func(c *api.RuleChange) { c.Newest = 6 }, "version 6 was pushed since. Approving it changes nothing"},
		"pushed":   {func(c *api.RuleChange) { c.State, c.Version, c.At = api.RuleChangePushed, 6, now.Add(-time.Minute) }, "It was pushed as version 6."},
		"refused":  {func(c *api.RuleChange) { c.State, c.Why = api.RuleChangeRefused, "it is <stale>" }, "It was approved, and is not pushed: it is &lt;stale&gt;"},
		"approved": {func(c *api.RuleChange) { c.State = api.RuleChangeApproved }, "It is being pushed."},
		"stuck":    {func(c *api.RuleChange) { c.State, c.Waits = api.RuleChangeApproved, "functions/apply <is away>" }, "Nothing has become of it: functions/apply &lt;is away&gt;."},
		"dropped":  {func(c *api.RuleChange) { c.State = api.RuleChangeDropped }, "It was not approved, and changes nothing."},
		"cut":      {func(c *api.RuleChange) { c.DiffCut = true }, "fasttrack flows diff --request RULES"},
	} {
		r := proposedRules()
		tc.change(r.RuleChange)
		f := &fakeAPI{t: t, respond: func(q *http.Request) any {
			if strings.HasPrefix(q.URL.Path, "/requests/") {
				return r
			}
			return answers(q)
		}}
		status, _, body := get(t, f.serve(), "/console/requests/RULES")
		if status != 200 || !strings.Contains(body, tc.says) {
			t.Errorf("%s: %d, want %q in %s", name, status, tc.says, body)
		}
		for _, hostile := range []string{"<script>alert", "<img src=x", "<b>production", "<i>warning", "<u>production", "<ada>", "d00d"} {
			if strings.Contains(body, hostile) {
				t.Errorf("%s: the page holds %s", name, hostile)
			}
		}
		plain := html.UnescapeString(body)
		for _, shown := range []string{`<span class="del">--- <script>alert(1)</script>`, `<span class="add">+ label: </span></pre><img`, "flows.yaml:3:5: <i>warning</i>", "3 requests of <u>production</u>", "note: <i>a note</i>", "Computed by the machine of arn:aws:iam::123456789012:user/<ada>", "fasttrack flows review RULES"} {
			if !strings.Contains(plain, shown) {
				t.Errorf("%s: the page lacks %s: %s", name, shown, plain)
			}
		}
	}
}
