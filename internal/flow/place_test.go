package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

const head = "flows:\n  - name: a\n    admins: [root@example.com]\n"

// mistakes parses a file that must be wrong, and returns a line each.
func mistakes(t *testing.T, in string) []string {
	t.Helper()
	_, err := flow.Parse("f", []byte(in))
	var errs *flow.Errors
	if !errors.As(err, &errs) {
		t.Fatalf("got %v, want *flow.Errors of\n%s", err, in)
	}
	return strings.Split(errs.Error(), "\n")
}

// A mistake anywhere in a file is reported with its exact place, and nothing is
// reported that isn't wrong.
func TestExactMistakes(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want []string
	}{
		"a second document":          {head + "---\nflows: []\n", []string{"f:4:1: more than one document; remove the line ---"}},
		"a comment alone":            {"# nothing\n", []string{"f:1:1: must be a mapping with flows; the file is empty"}},
		"a tab":                      {"flows:\n\t- name: a", []string{"f:2:1: must be YAML: found character that cannot start any token"}},
		"a key that is a list":       {head + "    ? [x]\n    : 1\n", []string{"f:4:7: flows[0]: a key must be a text, got a list"}},
		"a repeated var":             {head + "    vars: {x: 1, x: 2}\n", []string{"f:4:18: flows[0].vars.x: appears twice"}},
		"a var's key":                {head + "    vars: {7: x}\n", []string{"f:4:12: flows[0].vars: a key must be a text, got 7; put it in quotes"}},
		"an octal var":               {head + "    vars: {account: 012345678901}\n", []string{"f:4:21: flows[0].vars.account: must be a number as JSON writes it, whole ones within ±2^53, got 012345678901; put it in quotes to keep it as a text"}},
		"a var beyond a double":      {head + "    vars: {deep: [9007199254740993]}\n", []string{"f:4:19: flows[0].vars.deep[0]: must be a number as JSON writes it, whole ones within ±2^53, got 9007199254740993; put it in quotes to keep it as a text"}},
		"an infinite var":            {head + "    vars: {x: .inf}\n", []string{"f:4:15: flows[0].vars.x: must be a number as JSON writes it, whole ones within ±2^53, got .inf; put it in quotes to keep it as a text"}},
		"vars too large":             {head + "    vars: {x: " + strings.Repeat("y", 16<<10) + "}\n", []string{"f:4:11: flows[0].vars: must be at most 16384 bytes, got 16392"}},
		"an octal count":             {head + "    review: {approvals: 010}\n", []string{"f:4:25: flows[0].review.approvals: must be a whole number, got 010"}},
		"min of a bool":              {head + "    fields: [{name: x, type: bool, min: 1}]\n", []string{"f:4:41: flows[0].fields[0].min: only a string, text, int, duration or strings has one"}},
		"a duration as int's max":    {head + "    fields: [{name: x, type: int, max: 1h}]\n", []string{`f:4:40: flows[0].fields[0].max: must be a whole number, got the text "1h"`}},
		"min over max":               {head + "    fields: [{name: x, type: int, min: 3, max: 2}]\n", []string{"f:4:40: flows[0].fields[0].min: it is more than max"}},
		"default over max":           {head + "    fields: [{name: x, type: int, max: 2, default: 3}]\n", []string{"f:4:52: flows[0].fields[0].default: must be at most 2"}},
		"nothing allowed":            {head + "    fields: [{name: x, type: string, allowed: []}]\n", []string{"f:4:47: flows[0].fields[0].allowed: must have at least one value"}},
		"null allowed":               {head + "    fields: [{name: x, type: string, allowed: [~]}]\n", []string{"f:4:48: flows[0].fields[0].allowed[0]: must be a string"}},
		"null by default":            {head + "    fields: [{name: x, type: bool, default: ~}]\n", []string{"f:4:45: flows[0].fields[0].default: must be true or false"}},
		"allowed twice":              {head + "    fields: [{name: x, type: string, allowed: [a, a]}]\n", []string{"f:4:51: flows[0].fields[0].allowed[1]: appears twice"}},
		"allowed of a list":          {head + "    fields: [{name: x, type: strings, allowed: [a, 1]}]\n", []string{"f:4:52: flows[0].fields[0].allowed[1]: must be a string"}},
		"an unknown default target":  {head + "    targets: [{id: p}]\n    fields: [{name: x, type: target, default: q}]\n", []string{"f:5:47: flows[0].fields[0].default: must be one of p"}},
		"a pattern for an int":       {head + "    fields: [{name: x, type: int, pattern: x}]\n", []string{"f:4:44: flows[0].fields[0].pattern: only a string or text has one"}},
		"strategy without its type":  {head + "    strategy: {}\n    durations: [1h]\n", []string{"f:4:15: flows[0].strategy.type: missing; must be lambda, iam-group or identity-center"}},
		"strategy's function":        {head + "    strategy: {type: lambda, function: 7}\n    durations: [1h]\n", []string{"f:4:40: flows[0].strategy.function: must be a string, got 7"}},
		"no function":                {head + "    strategy: {type: lambda}\n    durations: [1h]\n", []string{"f:4:15: flows[0].strategy.function: missing; must be a Lambda function's name or ARN"}},
		"function of a group":        {head + "    strategy: {type: iam-group, function: f}\n    durations: [1h]\n", []string{"f:4:43: flows[0].strategy.function: only type lambda has a function"}},
		"strategy runs the engine":   {head + "    strategy: {type: lambda, function: x-engine-grant}\n    durations: [1h]\n", []string{`f:4:40: flows[0].strategy.function: "x-engine-grant" is one of fasttrack's own functions; it can't be a hook or strategy`}},
		"a duration twice":           {head + "    strategy: {type: lambda, function: f}\n    durations: [1h, 60m]\n    targets: [{id: p}]\n    fields: [{name: t, type: target, required: true}]\n", []string{"f:5:21: flows[0].durations[1]: appears twice"}},
		"fractions of a second":      {head + "    hook_timeout: 1500ms\n", []string{`f:4:19: flows[0].hook_timeout: must be whole seconds, got "1500ms"`}},
		"a person without an e-mail": {head + "directory: {people: [{name: x}, {name: y}]}\n", []string{"f:4:22: directory.people[0].email: it is missing; it is what the person is known by", "f:4:33: directory.people[1].email: it is missing; it is what the person is known by"}},
		"an identity of two people":  {head + "directory: {people: [{email: a@x, identities: [z]}, {email: b@x, identities: [z]}]}\n", []string{`f:4:53: directory.people[1]: "z" is there twice; an identity belongs to one person`}},
		"everyone as an identity":    {head + "directory: {people: [{email: a@x, identities: [everyone]}]}\n", []string{`f:4:48: directory.people[0].identities[0]: must be one identity (an e-mail, an ARN, issuer|subject), got "everyone"`}},
		"nobody is an admin":         {"flows:\n  - name: a\n    admins: [group:e]\ndirectory: {groups: {e: []}}\n", []string{"f:3:13: flows[0].admins: the directory has nobody in group:e; every flow has at least one admin, who decides when hooks fail"}},
		"a machine is the admin":     {"flows:\n  - name: a\n    admins: [\"arn:aws:iam::123456789012:role/x\"]\n", []string{"f:3:13: flows[0].admins: the directory has nobody in arn:aws:iam::123456789012:role/x; every flow has at least one admin, who decides when hooks fail"}},
		"too many approvers":         {head + "    review: {approvers: [" + strings.Repeat("a@x,", 101) + "]}\n", []string{"f:4:25: flows[0].review.approvers: must be at most 100, got 101"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mistakes(t, tc.in)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// One mistake hides no other that has nothing to do with it.
func TestMistakesDoNotHideEachOther(t *testing.T) {
	got := mistakes(t, `flows:
  - name: A
    label: 7
    admins: []
    fields:
      - {name: x, type: int, default: z}
      - {name: y, type: target}
      - {name: z, type: nonsense, default: 1}
    hooks: x-engine-record
  - name: b
    admins: [group:e]
    vars: [1]
directory:
  groups: {e: []}
`)
	want := []string{"f:2:11: flows[0].name", "f:3:12: flows[0].label", "f:4:13: flows[0].admins", "f:6:39: flows[0].fields[0].default", "f:7:9: flows[0].fields[1]", "f:8:25: flows[0].fields[2].type", "f:9:12: flows[0].hooks", "f:11:13: flows[1].admins", "f:12:11: flows[1].vars"}
	if len(got) != len(want) {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]+": ") {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}

// A likely oversight is reported, and the file loads all the same.
func TestWarnings(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want []string
	}{
		"an unknown group":          {head + "    review: {approvers: [group:x]}\n", []string{`f:4:26: flows[0].review.approvers[0]: the directory has no group "x"; only those whose token says so are in it`}},
		"an empty group":            {head + "    review: {viewers: [group:x]}\ndirectory: {groups: {x: []}}\n", []string{`f:4:24: flows[0].review.viewers[0]: group "x" is empty in the directory`}},
		"a requester who is needed": {head + "    requesters: [ada@example.com, x@example.com]\n    review: {approvers: [ada@example.com], approvals: 2}\n", []string{"f:5:55: flows[0].review.approvals: a request of ada@example.com can't be approved: 2 people must approve, but only 1 may: root@example.com"}},
		"who may not decide":        {head + "    review: {approvers: [ada@example.com], notify: [{to: [ada@example.com, eve@example.com, admins, 'group:x', channel]}]}\ndirectory: {groups: {x: [ada@example.com]}}\n", []string{"f:4:76: flows[0].review.notify[0].to[1]: eve@example.com is notified, but may not decide"}},
		"an entry after the review": {head + "    review: {timeout: 1h, notify: [{to: [sns], wait: 1h}, {to: [sns]}]}\n", []string{"f:4:59: flows[0].review.notify[1]: never notified: its turn is 1h after the first, and the review ends 1h after the request"}},
		"nothing to warn of":        {head + "    review: {approvers: [group:x], approvals: 2}\ndirectory: {groups: {x: [a@x, b@x]}}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := flow.Parse("f", []byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range file.Warnings {
				got = append(got, w.In("f"))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

// Nine levels of nine aliases each are four hundred million values.
func TestAliasBombIsRefused(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i <= 9; i++ {
		above := fmt.Sprintf("*a%d, ", i-1)
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(above, 9), ", "))
	}
	got := mistakes(t, bomb)
	if len(got) != 1 || !strings.Contains(got[0], "aliases counted each time") {
		t.Errorf("got %q", got)
	}
}

func TestAliasesAreFollowed(t *testing.T) {
	file, err := flow.Parse("f", []byte("flows:\n  - name: a\n    admins: &who [root@example.com]\n    review: {approvers: *who}\n    vars: &v {x: [1, true, null, 2024-01-01]}\n  - {name: b, admins: *who, vars: *v}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"x": []any{1.0, true, nil, "2024-01-01"}}
	for i := range file.Flows {
		if diff := cmp.Diff(want, file.Flows[i].Vars); diff != "" {
			t.Errorf("vars of flow %d (-want +got):\n%s", i, diff)
		}
	}
	if got := file.Flows[0].Review.Approvers; !cmp.Equal(got, []string{"root@example.com"}) {
		t.Errorf("approvers are %q", got)
	}
}

func TestLargeFileIsRefused(t *testing.T) {
	got := mistakes(t, "#"+strings.Repeat("x", 1<<20))
	if want := "f:1:1: must be at most 1048576 bytes, got 1048577"; got[0] != want {
		t.Errorf("got %q, want %q", got[0], want)
	}
}

// A notify list names what something delivers to. A file of before that was
// checked still loads.
func TestRefused_Channels(t *testing.T) {
	file, err := flow.Parse("f", []byte(head+"    review: {notify: [{to: [sns, 'slack:ops', admins]}, {to: [pager, 'group:x', ada@example.com]}]}\ndirectory: {groups: {x: [a@x]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range file.Refused {
		got = append(got, e.In("f"))
	}
	want := []string{
		`f:4:34: flows[0].review.notify[0].to[1]: unknown channel "slack:ops"; must be slack:#CHANNEL in lower case, slack: and a channel's id such as C0123ABCD, slack:@EMAIL or slack:@requester`,
		`f:4:63: flows[0].review.notify[1].to[0]: unknown channel "pager"; must be ` + destination.Forms,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

// A group has one Slack channel; which, is checked as in a notify list.
func TestDirectorySlack(t *testing.T) {
	const directory = head + "directory:\n  groups: {sre: [grace@example.com]}\n  slack: "
	file, err := flow.Parse("f", []byte(directory+`{sre: "#sre-approvals", from-tokens: C0123ABCD}`+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"sre": "#sre-approvals", "from-tokens": "C0123ABCD"}, file.Directory.Slack); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	const channel = "must be #CHANNEL in lower case, or a channel's id such as C0123ABCD, got "
	for in, want := range map[string]string{
		`{sre: sre-approvals}`:             `f:6:16: directory.slack.sre: ` + channel + `"sre-approvals"`,
		`{sre: "#SRE"}`:                    `f:6:16: directory.slack.sre: ` + channel + `"#SRE"`,
		`{sre: [C0123ABCD]}`:               `f:6:16: directory.slack.sre: must be a string, got a list`,
		`["#sre"]`:                         `f:6:10: directory.slack: must be a mapping of groups, got a list`,
		`{sre: C0123ABCD, sre: C0123ABCE}`: `f:6:27: directory.slack.sre: appears twice`,
	} {
		if got := mistakes(t, directory+in+"\n"); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
