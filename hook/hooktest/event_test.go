package hooktest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// Each option is seen by the hook.
func TestOptions(t *testing.T) {
	type seen = []any
	for name, tc := range map[string]struct {
		options []hooktest.Option
		see     func(e *hook.Event) seen
		want    seen
	}{
		"nothing said": {nil, func(e *hook.Event) seen {
			_, context := e.Context.Lookup("a")
			_, recent := e.Recent()
			return seen{e.Hook, e.Name, e.Channel, e.User.Email, e.Requester.Email, e.Flow.Name, e.Run.Status, context, recent, e.ByHook()}
		}, seen{"on_request", "request", "api", "ada@example.com", "ada@example.com", "sample", "requested", false, false, false}},
		"a person approves": {[]hooktest.Option{hooktest.Hook("on_approve"), hooktest.ByUser("grace@example.com", "sre"), hooktest.Reason("fine"), hooktest.Status("pending")}, func(e *hook.Event) seen {
			return seen{e.Hook, e.Name, e.User.Email, e.User.Groups[0], e.Reason, e.Run.Status, e.Requester.Email, e.Actor("request").Email}
		}, seen{"on_approve", "approve", "grace@example.com", "sre", "fine", "pending", "ada@example.com", "ada@example.com"}},
		"a hook approves": {[]hooktest.Option{hooktest.Hook("on_approve"), hooktest.ByHook("on_request")}, func(e *hook.Event) seen {
			return seen{e.ByHook(), e.User.Type, e.User.ID}
		}, seen{true, "hook", "on_request"}},
		"another asks": {[]hooktest.Option{hooktest.Hook("get_permissions"), hooktest.Requester("eve@example.com", "dev"), hooktest.Why("prod is down"), hooktest.Duration(time.Hour), hooktest.Actor("approve", "grace@example.com")}, func(e *hook.Event) seen {
			return seen{e.Name, e.Requester.Email, e.Requester.Groups[0], e.Actor("request").Email, e.Run.Reason, e.Run.Duration, e.Actor("approve").Email, e.Actor("deny").ID}
		}, seen{"request", "eve@example.com", "dev", "eve@example.com", "prod is down", time.Hour, "grace@example.com", ""}},
		"a machine asks": {[]hooktest.Option{hooktest.Machine("arn:aws:iam::123456789012:role/ci"), hooktest.Context(map[string]string{"diff.txt": ""})}, func(e *hook.Event) seen {
			diff, there := e.Context.Lookup("diff.txt")
			return seen{e.Requester.Machine, e.Requester.ID, diff, there}
		}, seen{true, "arn:aws:iam::123456789012:role/ci", "", true}},
		"the flow and its fields": {[]hooktest.Option{
			hooktest.Flow("f"), hooktest.Var("a", []string{"b"}), hooktest.Field("n", 7), hooktest.Target("t", "p", "P", map[string]any{"low_risk": true}), hooktest.Withheld("pin"), hooktest.Step("on_request", map[string]string{"team": "sre"}),
		}, func(e *hook.Event) seen {
			team, _ := e.Step("on_request").Lookup("team")
			return seen{e.Flow.Name, e.Flow.Vars.Strings("a")[0], e.Fields.Int("n"), e.Fields.Target("t").Label, e.Fields.Target("t").Settings.Bool("low_risk"), e.Run.Withheld[0], team}
		}, seen{"f", "b", int64(7), "P", true, "pin", "sre"}},
		"what was requested before": {[]hooktest.Option{hooktest.RecentOf(time.Hour, "", "prod", hook.Counts{Requested: 3, Denied: 1}), hooktest.RecentOf(24*time.Hour, "deploy", "", hook.Counts{Requested: 9, Escalated: 2})}, func(e *hook.Event) seen {
			hour, counted := e.RecentOf(time.Hour, "sample", "prod")
			day, _ := e.RecentOf(24*time.Hour, "deploy", "")
			none, of := e.RecentOf(time.Hour, "deploy", "prod")
			return seen{hour.Requested, hour.Denied, counted, day.Escalated, none, of}
		}, seen{3, 1, true, 2, hook.Counts{}, true}},
		"from a Slack channel": {[]hooktest.Option{hooktest.Source("slack", "C0123ABCD")}, func(e *hook.Event) seen {
			return seen{e.Run.Source.Channel, e.Run.Source.Place, e.Run.Source.Verified}
		}, seen{"slack", "C0123ABCD", true}},
		"from a job of CI": {[]hooktest.Option{hooktest.Source("cli", "https://ci.example.com/7")}, func(e *hook.Event) seen {
			return seen{e.Run.Source.Channel, e.Run.Source.Place, e.Run.Source.Verified}
		}, seen{"cli", "https://ci.example.com/7", false}},
		"a strategy granted": {[]hooktest.Option{hooktest.Hook("after_escalate"), hooktest.StrategyOutput(map[string]string{"user": "tmp_ada_1"})}, func(e *hook.Event) seen {
			user, found := e.Step("escalate").Lookup("user")
			return seen{user, found, e.Hook}
		}, seen{"tmp_ada_1", true, "after_escalate"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.see(hooktest.Event(tc.options...)); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// A value that JSON can't encode is a mistake of the test, and panics.
func TestValueThatIsNoJSON(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was taken")
		}
	}()
	hooktest.Event(hooktest.Field("a", func() {}))
}

// A whole function is tested by what it answers.
func TestAsked(t *testing.T) {
	got, err := hook.Flows{"*": {}}.Respond(t.Context(), hooktest.Invocation(hooktest.Hook("after_deny")))
	if want := `{"version":"1","subscriptions":[]}`; err != nil || string(got) != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
}
