package flow_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func TestSampleFlowsLoad(t *testing.T) {
	file, err := flow.Load("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, ok := file.Find("aws-access")
	if !ok {
		t.Fatal("there is no aws-access")
	}
	if got := f.DurationsSeconds; !cmp.Equal(got, []int{1800, 3600, 14400}) {
		t.Errorf("durations are %v", got)
	}
	if got := f.Review.Notify; len(got) != 2 || got[0].WaitSeconds != 600 {
		t.Errorf("notify is %+v", got)
	}
	if _, err := f.ForRun("arn"); err != nil {
		t.Error(err)
	}
}

// Each mistake names its place and what the value must be.
func TestMistakes(t *testing.T) {
	const flowHead = "flows:\n  - name: a\n    admins: [group:x]\n"
	for name, tc := range map[string]struct{ in, want string }{
		"empty file":          {"", "f:1:1: must be a mapping with flows; the file is empty"},
		"no mapping":          {"- a", "f:1:1: must be a mapping, got a list"},
		"broken YAML":         {"flows: [", "f:2:1: must be YAML"},
		"no flows":            {"directory: {}", "f:1:1: flows: missing"},
		"unknown key":         {flowHead + "    colour: red", "f:4:5: flows[0].colour: unknown key"},
		"repeated key":        {flowHead + "    label: x\n    label: y", "f:5:5: flows[0].label: appears twice"},
		"no name":             {"flows:\n  - admins: [group:x]", "f:2:5: flows[0].name: it is missing"},
		"bad name":            {"flows:\n  - name: A b\n    admins: [group:x]", `f:2:11: flows[0].name: must be lower-case letters`},
		"two of a name":       {flowHead + "  - name: a\n    admins: [group:x]", `f:4:11: flows[1].name: there are two flows named "a"`},
		"no admins":           {"flows:\n  - name: a", "f:2:5: flows[0].admins: it is missing"},
		"empty admins":        {"flows:\n  - name: a\n    admins: []", "f:3:13: flows[0].admins: must name at least one"},
		"bad principal":       {flowHead + "    requesters: [sre]", `f:4:18: flows[0].requesters[0]: must be an e-mail, "group:NAME"`},
		"wrong type":          {flowHead + "    label: [x]", "f:4:12: flows[0].label: must be a string, got a list"},
		"field type":          {flowHead + "    fields: [{name: x, type: number}]", "f:4:30: flows[0].fields[0].type: must be one of"},
		"field without type":  {flowHead + "    fields: [{name: x}]", "f:4:14: flows[0].fields[0].type: it is missing"},
		"two fields":          {flowHead + "    fields:\n      - {name: x, type: int}\n      - {name: x, type: int}", `f:6:16: flows[0].fields[1].name: there are two fields named "x"`},
		"target without any":  {flowHead + "    fields: [{name: x, type: target}]", `f:4:14: flows[0].fields[0]: field "x" is a target, but the flow has no targets`},
		"default not allowed": {flowHead + "    fields: [{name: x, type: string, allowed: [a], default: b}]", "f:4:61: flows[0].fields[0].default: must be one of a"},
		"pattern":             {flowHead + "    fields: [{name: x, type: string, pattern: '('}]", "f:4:47: flows[0].fields[0].pattern: must be a regular expression (RE2)"},
		"prefetch of an int":  {flowHead + "    fields: [{name: x, type: int, prefetch: true}]", "f:4:45: flows[0].fields[0].prefetch: only a string, user or strings has it"},
		"prefetch, allowed":   {flowHead + "    fields: [{name: x, type: string, allowed: [a], prefetch: true}]", "f:4:62: flows[0].fields[0].prefetch: it does not go with allowed"},
		"prefetch, sensitive": {flowHead + "    fields: [{name: x, type: string, prefetch: true, sensitive: true}]", "f:4:48: flows[0].fields[0].prefetch: it does not go with sensitive"},
		"two targets":         {flowHead + "    targets: [{id: a}, {id: a}]", `f:4:29: flows[0].targets[1].id: there are two targets with id "a"`},
		"no access to end":    {flowHead + "    review: {notify_ends: true}", "f:4:13: flows[0].review.notify_ends: only a flow with a strategy grants access that ends"},
		"bare durations":      {flowHead + "    durations: [1h]", "f:4:16: flows[0].durations: only a flow with a strategy has durations"},
		"no durations":        {flowHead + "    strategy: {type: iam-group}", "f:4:15: flows[0].durations: it is missing"},
		"long duration":       {flowHead + "    strategy: {type: iam-group}\n    durations: [8000h]", "f:5:17: flows[0].durations[0]: must be 1s to 7200h"},
		"bad duration":        {flowHead + "    review: {timeout: soon}", "f:4:23: flows[0].review.timeout: must be a duration such as 30m"},
		"own function":        {flowHead + "    hooks: fasttrack-engine-record", "f:4:12: flows[0].hooks: \"fasttrack-engine-record\" is one of fasttrack's own functions"},
		"own door's alias":    {flowHead + "    hooks: fasttrack-engine-slack:live", "is one of fasttrack's own functions"},
		"own digest":          {flowHead + "    hooks: fasttrack-engine-digest", "is one of fasttrack's own functions"},
		"own function's ARN":  {flowHead + "    hooks: arn:aws:lambda:eu-west-1:123456789012:function:x-engine-approve:live", "it can't be a hook or strategy"},
		"retention":           {flowHead + "    retention: 7d", "f:4:16: flows[0].retention: must be 30d to 3660d, got \"7d\""},
		"retention in hours":  {flowHead + "    retention: 720h", "f:4:16: flows[0].retention: must be a number of days, such as 400d; got \"720h\""},
		"slack":               {flowHead + "    slack: on", `f:4:12: flows[0].slack: must be decide, ask, link or off, got "on"`},
		"hook timeout":        {flowHead + "    hook_timeout: 2m", "f:4:19: flows[0].hook_timeout: must be 1s to 1m"},
		"approvals":           {flowHead + "    review: {approvals: 0}", "f:4:25: flows[0].review.approvals: must be 1 to 20"},
		"approvals list":      {flowHead + "    review: {approvals: [{count: 1}]}", "flows[0].review.approvals[0].from: it is missing"},
		"notify nobody":       {flowHead + "    review: {notify: [{wait: 1m}]}", "flows[0].review.notify[0].to: it is missing"},
		"reason act":          {flowHead + "    require_reason: [cancel]", "f:4:22: flows[0].require_reason[0]: must be request, approve, deny or revoke"},
		"strategy type":       {flowHead + "    strategy: {type: magic}\n    durations: [1h]", "flows[0].strategy.type: must be lambda, iam-group or identity-center"},
		"group member":        {flowHead + "directory: {groups: {x: [root]}}", `f:4:26: directory.groups.x[0]: must be an e-mail, got "root"`},
		"endless alias":       {"flows: &a [*a]", "an alias that holds itself was not expected"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := flow.Parse("f", []byte(tc.in))
			var errs *flow.Errors
			if !errors.As(err, &errs) {
				t.Fatalf("got %v, want *flow.Errors", err)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %s\nwant %s", err, tc.want)
			}
		})
	}
}

func TestEveryMistakeAtOnce(t *testing.T) {
	_, err := flow.Parse("f", []byte("flows:\n  - name: A\n    label: 7\n    x: 1\n    review: {approvals: a}\n"))
	if got := strings.Count(err.Error(), "\n") + 1; got != 5 {
		t.Errorf("%d mistakes were told, want 5:\n%s", got, err)
	}
}

const requestFlow = `
flows:
  - name: a
    admins: [root@example.com]
    fields:
      - {name: target, type: target, required: true}
      - {name: urgency, type: string, allowed: [Normal, Emergency], default: Normal}
      - {name: count, type: int, min: 1, max: 3}
      - {name: ticket, type: string, pattern: '^[A-Z]+-[0-9]+$'}
      - {name: on, type: bool}
      - {name: for, type: duration, max: 1h}
      - {name: who, type: user}
      - {name: tags, type: strings, max: 2, allowed: [a, b, c]}
      - {name: pin, type: string, sensitive: true}
      - {name: note, type: text}
    targets: [{id: prod, label: Production, settings: {low_risk: true, group: g}}]
    strategy: {type: iam-group}
    durations: [1h, 2h]
    require_reason: [request]
`

func TestCheck(t *testing.T) {
	file, err := flow.Parse("f", []byte(requestFlow))
	if err != nil {
		t.Fatal(err)
	}
	f := &file.Flows[0]
	long := `"` + strings.Repeat("x", 4001) + `"`
	for name, tc := range map[string]struct {
		fields   string
		reason   string
		duration int
		want     []string // field: part of the detail
	}{
		"all well":             {`{"target":"prod","count":2,"ticket":"OPS-1","on":true,"for":"30m","who":"Ada@example.com","tags":["a"],"pin":"1"}`, "r", 7200, nil},
		"nothing":              {`{}`, "", 0, []string{"fields.target: it is required", "reason: it is required"}},
		"each wrong":           {`{"target":"moon","urgency":"x","count":9,"ticket":"t","on":1,"for":"2h","who":"ada","tags":["z"],"pin":1,"note":7,"more":1}`, "r", 0, []string{"fields.target: must be one of prod", "fields.urgency: must be one of Normal, Emergency", "fields.count: must be at most 3", "fields.ticket: must be a text that matches", "fields.on: must be true or false", "fields.for: must be at most 3600 seconds", "fields.who: must be an e-mail", "fields.tags: item 0: must be one of a, b, c", "fields.pin: must be a string", "fields.note: must be a string", "fields.more: the flow has no such field"}},
		"a fraction":           {`{"target":"prod","count":1.5}`, "r", 0, []string{"fields.count: must be a whole number"}},
		"a number as text":     {`{"target":"prod","count":"1"}`, "r", 0, []string{"fields.count: must be a whole number"}},
		"beyond a double":      {`{"target":"prod","count":9007199254740993}`, "r", 0, []string{"fields.count: must be a whole number"}},
		"too long":             {`{"target":"prod","note":` + long + `}`, "r", 0, []string{"fields.note: must have at most 4000 characters"}},
		"control character":    {`{"target":"prod","ticket":"\u0007"}`, "r", 0, []string{"fields.ticket: it holds the control character U+0007"}},
		"a long reason":        {`{"target":"prod"}`, strings.Repeat("x", 2001), 0, []string{"reason: 2001 characters, more than 2000"}},
		"not one of durations": {`{"target":"prod"}`, "r", 60, []string{"duration_seconds: must be one of 3600, 7200"}},
		"too many items":       {`{"target":"prod","tags":["a","b","c"]}`, "r", 0, []string{"fields.tags: must have at most 2 items"}},
		"null is not given":    {`{"target":null}`, "r", 0, []string{"fields.target: it is required"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := flow.Request{Reason: tc.reason}
			if err := json.Unmarshal([]byte(tc.fields), &in.Fields); err != nil {
				t.Fatal(err)
			}
			if tc.duration > 0 {
				in.DurationSeconds = &tc.duration
			}
			_, errs := f.Check(in)
			if len(errs) != len(tc.want) {
				t.Fatalf("got %+v, want %q", errs, tc.want)
			}
			for i, e := range errs {
				if got := e.Field + ": " + e.Detail; !strings.HasPrefix(got, tc.want[i]) {
					t.Errorf("got %q, want %q", got, tc.want[i])
				}
			}
		})
	}
}

func TestCheckedValues(t *testing.T) {
	file, err := flow.Parse("f", []byte(requestFlow))
	if err != nil {
		t.Fatal(err)
	}
	got, errs := file.Flows[0].Check(flow.Request{Reason: "r", Fields: map[string]json.RawMessage{
		"target": json.RawMessage(`"prod"`), "for": json.RawMessage(`"PT30M"`), "who": json.RawMessage(`"Ada@Example.com"`), "pin": json.RawMessage(`"1234"`),
	}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := flow.Checked{
		Fields: map[string]json.RawMessage{
			"target": json.RawMessage(`{"id":"prod","label":"Production","settings":{"group":"g","low_risk":true}}`),
			"for":    json.RawMessage(`1800`), "who": json.RawMessage(`"ada@example.com"`), "urgency": json.RawMessage(`"Normal"`),
		},
		Sensitive:       map[string]json.RawMessage{"pin": json.RawMessage(`"1234"`)},
		DurationSeconds: 3600,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUndecidable(t *testing.T) {
	for name, tc := range map[string]struct {
		review, directory string
		want              bool
	}{
		"an empty group, and the requester as admin": {"{approvers: [group:e]}", "{e: []}", true},
		"a group of the requester alone":             {"{approvers: [group:e]}", "{e: [ada@example.com]}", true},
		"somebody else":                              {"{approvers: [group:e]}", "{e: [ada@example.com, eve@example.com]}", false},
		"a group that only tokens tell":              {"{approvers: [group:t]}", "{e: []}", false},
		"everyone":                                   {"{approvers: [everyone]}", "{e: []}", false},
		"the requester may":                          {"{approvers: [ada@example.com], self_approval: true}", "{e: []}", false},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := flow.Parse("f", []byte("flows: [{name: a, admins: [Ada@example.com], review: "+tc.review+"}]\ndirectory: {groups: "+tc.directory+"}"))
			if err != nil {
				t.Fatal(err)
			}
			ada := run.Person{ID: "ada@example.com", Email: "ada@example.com"}
			if why := file.Flows[0].Undecidable(ada, file.Today()); (why != "") != tc.want {
				t.Errorf("got %q, want undecidable: %v", why, tc.want)
			}
		})
	}
}

func TestDirectoryMapsIdentities(t *testing.T) {
	file, err := flow.Parse("f", []byte(`
flows: [{name: a, admins: [group:x]}]
directory:
  groups: {x: [ada@example.com]}
  people: [{email: Ada@example.com, name: Ada, identities: ["arn:aws:iam::123456789012:user/ada", "https://idp|7"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	want := run.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada", Vouched: true, Groups: []string{"x"}, ListedGroups: []string{"x"}, Mapped: true}
	for _, identity := range []string{"arn:aws:iam::123456789012:user/ada", "https://idp|7", "ADA@example.com"} {
		if got, ok := file.Directory.Lookup(identity); !ok || !cmp.Equal(got, want) {
			t.Errorf("%s is %+v (%v), want %+v", identity, got, ok, want)
		}
	}
	if _, ok := file.Directory.Lookup("arn:aws:iam::123456789012:user/eve"); ok {
		t.Error("a stranger is known")
	}
}

func TestDurations(t *testing.T) {
	for in, want := range map[string]int{"30m": 1800, "1h30m": 5400, "PT30M": 1800, "P2D": 172800, "P1DT1H": 90000, "90s": 90} {
		if got, err := flow.ParseDuration(in); err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "P", "PT", "1.5s", "soon", "5"} {
		if got, err := flow.ParseDuration(in); err == nil {
			t.Errorf("%q is %d, want an error", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1e7).Draw(t, "seconds")
		if got, err := flow.ParseDuration(flow.FormatDuration(n)); err != nil || got != n {
			t.Fatalf("%d is written %s and read %d (%v)", n, flow.FormatDuration(n), got, err)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	raw, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := flow.Parse("flows.yaml", raw); err != nil {
			b.Fatal(err)
		}
	}
}
