package request_test

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// A sheet that keeps back what the check finds in the text is refused when it is filed, and
// so is a text that functions would not serve. Who reads the request sees what the
// deployment finds apart from what the proposer's machine did.
func TestRuleChange_Sheet(t *testing.T) {
	flows, err := flow.Parse("f", []byte(changing))
	if err != nil {
		t.Fatal(err)
	}
	warned := changing + "    review: {approvers: [group:nobody]}\n"
	file, err := flow.Parse("f", []byte(warned))
	if err != nil || len(file.Warnings) != 1 {
		t.Fatalf("%v, %+v", err, file)
	}
	warning := change.Warnings(file)[0]
	for name, tc := range map[string]struct {
		text     string
		findings []string
		refused  string
		shown    []string
	}{
		"nothing to find":          {changing + "# more\n", []string{}, "", []string{}},
		"all of it":                {warned, []string{warning, "note: no hooks"}, "", []string{"note: no hooks"}},
		"under another name":       {warned, []string{strings.Replace(warning, "flows.yaml", "/home/ada/rules.yaml", 1)}, "", []string{}},
		"keeps a warning back":     {warned, []string{"note: no hooks"}, "its sheet lacks what the check finds in the text: flows.yaml:10:26: flows[0].review.approvers[0]: warning: ", nil},
		"changes a warning":        {warned, []string{strings.Replace(warning, "nobody", "somebody", 1)}, "its sheet lacks", nil},
		"with a mistake":           {changing + "nonsense: 1\n", []string{}, "functions would not serve it", nil},
		"lets its proposer decide": {changing + "    review: {self_approval: true}\n", []string{}, "review.self_approval", nil},
	} {
		t.Run(name, func(t *testing.T) {
			table, stored := newTable(), storetest.New(t)
			digest := rules.Digest([]byte(tc.text))
			sheet, err := json.Marshal(rules.Sheet{Format: rules.Format, Digest: digest, By: "arn:aws:iam::1:user/ada", Findings: tc.findings, Backtest: "none"})
			if err != nil {
				t.Fatal(err)
			}
			p := rules.Proposal{Body: sheet}
			if p.Packed, err = rules.Pack([]byte(tc.text)); err != nil {
				t.Fatal(err)
			}
			if err := stored.PutProposal(t.Context(), digest, 0, p, time.Now()); err != nil {
				t.Fatal(err)
			}
			body, err := json.Marshal(map[string]any{"flow": "rule-change", "fields": map[string]any{"digest": digest, "base": 0, "sheet": rules.Digest(sheet), "change": change.Field(nil, []byte(tc.text))}})
			if err != nil {
				t.Fatal(err)
			}
			d := request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: table, Executions: table, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler), Proposals: stored}
			call := func(route, body, id string) (httpapi.Answer, api.Request) {
				got, err := request.New(d).Handle(t.Context(), httpapi.Event{RouteKey: route, Body: body, Headers: map[string]string{}, PathParameters: map[string]string{"id": id}})
				if err != nil {
					t.Fatal(err)
				}
				described(t, route, got)
				var r api.Request
				if got.StatusCode < 400 && json.Unmarshal([]byte(got.Body), &r) != nil {
					t.Fatal(got.Body)
				}
				return got, r
			}
			got, filed := call("POST /requests", string(body), "")
			if tc.refused != "" {
				if got.StatusCode != 400 || !strings.Contains(got.Body, `"field":"fields.digest"`) || !strings.Contains(got.Body, tc.refused) || len(table.runs) > 0 {
					t.Errorf("got %d %s, want %q", got.StatusCode, got.Body, tc.refused)
				}
				return
			}
			if got.StatusCode != 201 {
				t.Fatal(got.Body)
			}
			_, r := call("GET /requests/{id}", "", filed.ID)
			want := []string{}
			if tc.text == warned {
				want = []string{warning}
			}
			if c := r.RuleChange; !slices.Equal(c.Warnings, want) || !slices.Equal(c.Findings, tc.shown) {
				t.Errorf("shows warnings %q and findings %q, want %q and %q", c.Warnings, c.Findings, want, tc.shown)
			}
		})
	}
}
