package flow_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// rulesOf returns the rules of the only flow of a file.
func rulesOf(t interface {
	Helper()
	Fatal(...any)
}, members string) api.Rules {
	t.Helper()
	file, err := flow.Parse("f", []byte("flows:\n  - name: a\n    admins: ['group:platform']\n"+members))
	if err != nil {
		t.Fatal(err, members)
	}
	return file.Flows[0].Rules()
}

// Each rule reads as a sentence, in the order of a request's life.
func TestRulesInSentences(t *testing.T) {
	for name, tc := range map[string]struct {
		members string
		want    []string // about: text
	}{
		"the defaults": {"", []string{
			"requesters: Everyone may make requests.",
			"code: Code checks each request first: it may approve it, deny it or leave it to people. If the code fails, people decide.",
			"limits: One person may have 20 requests waiting for a decision.",
			"limits: One person may make 10 requests within 1 minute.",
			"approvers: The flow's admins may decide, unless code names others for a request.",
			"approvals: One person must approve. One denial denies the request.",
			"self_approval: Nobody approves their own request.",
			"notify: Nobody is notified of a request that waits, unless code names somebody.",
			"timeout: A request expires if nobody decides it within 1 hour.",
			"reasons: Denying needs a reason.",
			"access: An approval grants no access: it is a decision on record.",
			"admins: The group platform may always decide, as admins. With a reason, they may set code aside when they deny or revoke.",
			"viewers: Only the admins may list all requests.",
			"retention: Requests are kept without a time limit.",
		}},
		"all that a flow can say": {`    requesters: ['group:dev', ada@example.com, 'arn:aws:iam::123456789012:role/ci', 'https://idp.example.com|robot']
    mode: shadow
    recheck: true
    fast_track: {max_per_person_per_day: 3, max_per_hour: 1, quiet_after_denial: 36h}
    limits: {open_per_person: none, per_minute: 5, holders: 1}
    admin_override: [approve]
    require_reason: [revoke, request, deny]
    retention: 400d
    durations: [30m, 90m, 48h]
    strategy: {type: iam-group, group: ops}
    targets: [{id: prod, settings: {group: ops}}]
    fields: [{name: target, type: target, required: true}]
    review:
      approvers: ['group:sre', grace@example.com]
      viewers: ['group:audit']
      self_approval: true
      approvals: [{from: 'group:sre', count: 2}, {from: 'group:security'}, {from: linus@example.com}]
      timeout: 7h
      notify: [{to: ['group:sre', sns], wait: 15m}, {to: [webhook]}, {to: [admins], wait: 1h}]
      notify_ends: true
`, []string{
			"requesters: The group dev, ada@example.com, the IAM role ci and the login robot may make requests.",
			"code: Code is tried on each request, but people decide every one.",
			"limits: Code approves at most 3 requests of one person within 24 hours. People decide the others.",
			"limits: Code approves at most 1 request of all people together within 1 hour. People decide the others.",
			"limits: For 36 hours after a denial, people decide the requests of the same person.",
			"limits: One person may make 5 requests within 1 minute.",
			"limits: One machine may make 60 requests within 1 minute.",
			"limits: 1 request may hold the same access at a time.",
			"approvers: The group sre and grace@example.com may decide, unless code names others for a request.",
			"approvals: 2 people from the group sre, 1 person from the group security and linus@example.com must approve, all of them different people. An admin counts for any of these. One denial denies the request.",
			"approvals: Each approval checks again who may approve.",
			"self_approval: Requesters who may decide may approve their own requests.",
			"notify: When a request waits for people, the group sre and the notification topic are notified.",
			"notify: If nobody has decided after 15 minutes, the webhook is notified.",
			"notify: If nobody has decided after 15 minutes, the flow's admins are notified.",
			"notify: Whoever was notified to decide is also notified when access ends.",
			"timeout: A request expires if nobody decides it within 7 hours.",
			"reasons: Making a request, denying and revoking access need a reason.",
			"access: An approval grants access through an IAM group for 30 minutes, 1 hour 30 minutes or 2 days. It ends by itself.",
			"admins: The group platform may always decide, as admins. With a reason, they may set code aside when they approve, deny or revoke.",
			"viewers: The group audit and the admins may list all requests.",
			"retention: A request is deleted 400 days after it is over.",
		}},
		"without code": {"    hooks: none\n    limits: none\n    require_reason: []\n    review: {approvals: 2, approvers: [everyone]}\n", []string{
			"requesters: Everyone may make requests.",
			"code: The flow has no code: people decide every request.",
			"approvers: Everyone may decide.",
			"approvals: 2 different people must approve. One denial denies the request.",
			"self_approval: Nobody approves their own request.",
			"notify: Nobody is notified of a request that waits.",
			"timeout: A request expires if nobody decides it within 1 hour.",
			"reasons: No action needs a reason.",
			"access: An approval grants no access: it is a decision on record.",
			"admins: The group platform may always decide, as admins.",
			"viewers: Only the admins may list all requests.",
			"retention: Requests are kept without a time limit.",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range rulesOf(t, tc.members).Sentences {
				got = append(got, s.About+": "+s.Text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Limits have a number, what is counted, whose and within which time.
func TestRulesHaveLimitsAsData(t *testing.T) {
	got := rulesOf(t, `    requesters: [everyone, 'arn:aws:iam::123456789012:role/ci']
    fast_track: {max_per_person_per_day: 3, max_per_hour: 20, quiet_after_denial: 12h}
    limits: {machines_per_minute: 7}
    durations: [1h]
    strategy: {type: lambda, function: mine}
    targets: [{id: prod}]
    fields: [{name: target, type: target, required: true}]
`)
	want := []api.Limit{
		{Name: "fast_track.max_per_person_per_day", Max: 3, Unit: "approvals", Per: "person", WindowSeconds: 86400},
		{Name: "fast_track.max_per_hour", Max: 20, Unit: "approvals", Per: "flow", WindowSeconds: 3600},
		{Name: "fast_track.quiet_after_denial", Unit: "approvals", Per: "person", WindowSeconds: 43200, After: api.EventDeny},
		{Name: "limits.open_per_person", Max: 20, Unit: "requests", Per: "person"},
		{Name: "limits.per_minute", Max: 10, Unit: "requests", Per: "person", WindowSeconds: 60},
		{Name: "limits.machines_per_minute", Max: 7, Unit: "requests", Per: "machine", WindowSeconds: 60},
		{Name: "limits.holders", Max: 200, Unit: "requests", Per: "access"},
	}
	if diff := cmp.Diff(want, got.Limits); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.Strategy != "lambda" || got.Mode != api.ModeLive {
		t.Errorf("%+v", got)
	}
}

// unread is what nobody should have to read: names of hooks and keys, Go's durations,
// and ARNs.
var unread = regexp.MustCompile(`arn:|on_|get_|fast_track|group:|\|| 0 |\d[hms]\d|<nil>|%!|  `)

// Whatever a flow says, its rules read as sentences, and long lists are cut.
func TestRulesAlwaysRead(t *testing.T) {
	principals := []string{"everyone", "group:sre", "group:a b", "ada@example.com", "arn:aws:iam::123456789012:role/x/ci", "https://idp.example.com|00u1"}
	for i := range 20 {
		principals = append(principals, fmt.Sprintf("p%02d@example.com", i))
	}
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string, from []string) string {
			list := rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, len(from), rapid.ID).Draw(t, name)
			for i := range list {
				list[i] = "'" + list[i] + "'"
			}
			return "[" + strings.Join(list, ", ") + "]"
		}
		people := slices.DeleteFunc(slices.Clone(principals), func(p string) bool { return strings.Contains(p, "arn:") })
		seconds := rapid.IntRange(1, 100*3600).Draw(t, "timeout")
		rules := rulesOf(t, fmt.Sprintf(`    requesters: %s
    mode: %s
    fast_track: {max_per_hour: %d, quiet_after_denial: %ds}
    review: {approvers: %s, viewers: %s, approvals: %d, timeout: %ds, notify: [{to: %s, wait: %ds}, {to: [admins]}]}
`, some("requesters", principals), rapid.SampledFrom([]string{"live", "shadow"}).Draw(t, "mode"), rapid.IntRange(1, 1000).Draw(t, "an hour"), seconds,
			some("approvers", append(people, "admins")), some("viewers", people), rapid.IntRange(1, 3).Draw(t, "approvals"), seconds, some("to", people), rapid.IntRange(0, seconds).Draw(t, "wait")))
		for _, s := range rules.Sentences {
			first := strings.Fields(s.Text)[0]
			switch {
			case !strings.HasSuffix(s.Text, ".") || unread.MatchString(s.Text):
				t.Fatalf("%s: %q", s.About, s.Text)
			case strings.ToUpper(first[:1]) != first[:1] && !strings.Contains(first, "@"):
				t.Fatalf("%s begins with %q", s.About, first)
			case strings.Count(s.Text, "@") > 10:
				t.Fatalf("%s names too many: %q", s.About, s.Text)
			}
		}
	})
}

// A request keeps only so much of labels, and none that says no more than its value.
func TestLabelsAreBounded(t *testing.T) {
	field := flow.Field{Name: "service"}
	var values []flow.Chosen
	var labels []string
	add := func(value, label string) {
		values, labels = append(values, flow.Chosen{Field: field, Value: value}), append(labels, label)
	}
	add("plain", "plain")
	add("none", "")
	add("big", strings.Repeat("x", 5000))
	for i := range 100 {
		add(fmt.Sprint("v", i), strings.Repeat("l", 90))
	}
	kept := flow.Labels(values, labels)
	size := 0
	for value, label := range kept["service"] {
		size += len("service") + len(value) + len(label)
	}
	if len(kept) != 1 || size > 4<<10 || len(kept["service"]) < 35 || kept["service"]["plain"] != "" || kept["service"]["big"] != "" {
		t.Errorf("%d labels of %d bytes", len(kept["service"]), size)
	}
	if flow.Labels(values[:2], labels[:2]) != nil {
		t.Error("there is nothing to keep")
	}
}
