package main

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

func TestOnRequest(t *testing.T) {
	const harmless = "diff --git a/docs/terraform.md b/docs/terraform.md\n--- a/docs/terraform.md\n+++ b/docs/terraform.md\n+main.tf is gone\n+infra is fun\n"
	for name, tc := range map[string]struct {
		hook  func(context.Context, *hook.Event) (hook.FromRequest, error)
		event *hook.Event
		want  hook.FromRequest
	}{
		"everything goes": {everythingGoes, hooktest.Event(), hook.Approve("Everything goes!")},
		"an emergency":    {fastTrackEmergencies, hooktest.Event(hooktest.Field("urgency", "Emergency"), hooktest.Target("target", "prod-ro", "Production read-only", nil)), hook.Approve("ada@example.com was fast tracked Production read-only AWS access.")},
		"no emergency":    {fastTrackEmergencies, hooktest.Event(hooktest.Field("urgency", "Urgent")), hook.Continue()},
		"an extension":    {fastTrackOnce, hooktest.Event(hooktest.Field("urgency", "Emergency"), hooktest.Extends(hook.Extends{ID: "A", Number: 1}), hooktest.Target("target", "prod-ro", "Production read-only", nil)), hook.Approve("ada@example.com was fast tracked Production read-only AWS access.")},
		"one more":        {fastTrackOnce, hooktest.Event(hooktest.Field("urgency", "Emergency"), hooktest.Extends(hook.Extends{ID: "A", Number: 2}), hooktest.Target("target", "prod-ro", "Production read-only", nil)), hook.Continue()},
		"no extension":    {fastTrackOnce, hooktest.Event(hooktest.Field("urgency", "Urgent")), hook.Continue()},
		"low risk":        {approveLowRisk, hooktest.Event(hooktest.Target("target", "a", "A", map[string]any{"low_risk": true})), hook.Approve("A is low risk.")},
		"not low risk":    {approveLowRisk, hooktest.Event(hooktest.Target("target", "a", "A", map[string]any{"low_risk": "true"})), hook.Continue()},
		"a guest":         {approveGuests, hooktest.Event(hooktest.Target("target", "web", "Web", map[string]any{"guests": true})), hook.Approve("Web has guests.")},
		"a member":        {approveGuests, hooktest.Event(hooktest.UntilRevoked(), hooktest.Target("target", "web", "Web", map[string]any{"guests": true})), hook.Continue()},
		"no guests":       {approveGuests, hooktest.Event(hooktest.Target("target", "web", "Web", nil)), hook.Continue()},
		"a harmless diff": {approveHarmlessDiffs, hooktest.Event(hooktest.Context(map[string]any{"diff.txt": harmless})), hook.Approve("The diff touches no infrastructure code.")},
		"an empty diff":   {approveHarmlessDiffs, hooktest.Event(hooktest.Context(map[string]any{"diff.txt": ""})), hook.Approve("The diff touches no infrastructure code.")},
		"no text":         {approveHarmlessDiffs, hooktest.Event(hooktest.Context(map[string]any{"diff.txt": nil})), hook.Continue()},
		"a list":          {approveHarmlessDiffs, hooktest.Event(hooktest.Context(map[string]any{"diff.txt": []string{"+++ b/main.tf"}})), hook.Continue()},
		"another file":    {approveHarmlessDiffs, hooktest.Event(hooktest.Context(map[string]any{"log.txt": ""})), hook.Continue()},
		"no context":      {approveHarmlessDiffs, hooktest.Event(), hook.Continue()},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tc.hook(t.Context(), tc.event)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v (%v), want %+v", got, err, tc.want)
			}
		})
	}
}

// The headers of a changed Terraform file, as git and diff write them.
func TestInfrastructureCode(t *testing.T) {
	for _, diff := range []string{
		"+++ b/main.tf", "--- a/main.tf\n+++ /dev/null\n", "--- a/main.tf\r\n+++ b/main.tf\r\n",
		"diff --git a/main.tf b/main.tf\nBinary files differ\n", "rename from a.txt\nrename to a.tf\n",
		"diff --git \"a/m\\303\\274ll.tf\" \"b/m\\303\\274ll.tf\"\n", "--- /dev/null\n+++ b/my net.tf\t\n",
		"+++ b/main.tf.json\n", "+++ b/prod.auto.tfvars\n", "+++ b/prod.tfvars.json\n", "+++ b/main.tofu\n", "+++ b/main.tofu.json\n", "+++ b/MAIN.TF\n",
		"diff --git a/Net.Tf b/Net.Tf\nold mode 100644\n", "+++ b/live/terragrunt.hcl\n", "+++ b/.terraform.lock.hcl\n", "+++ b/a.tftest.hcl\n",
		"+++ b/terraform.tfstate\n", "Binary files a/x.TFPLAN and b/x.tfplan differ\n", "+++ b/terraform/init.sh\n", "diff --git a/Infra/user_data.sh b/Infra/user_data.sh\nsimilarity index 100%\n",
		"rename from tofu/a.txt\nrename to b.txt\n", "+++ \"b/infrastructure/m\\303\\274ll.txt\"\n", "+++ b\\terraform\\x.txt\r\n",
		"--- main.tf\t2026-11-23 10:00:00 +0000\n", "+++ a\tb.tf\n", "+see main.tf\n",
	} {
		event := hooktest.Event(hooktest.Context(map[string]any{"diff.txt": diff}))
		if got, err := approveHarmlessDiffs(t.Context(), event); err != nil || got != hook.FromRequest(hook.Continue()) {
			t.Errorf("%q: got %v (%v), want it to go to people", diff, got, err)
		}
	}
}

func TestOnlyNamedApprovers(t *testing.T) {
	approvers := hooktest.Var("approvers", []string{"grace@example.com"})
	ignored := hook.Ignore("You are not authorized to approve this request.")
	for name, tc := range map[string]struct {
		event *hook.Event
		want  hook.FromApprove
	}{
		"one who is named": {hooktest.Event(approvers, hooktest.ByUser("grace@example.com")), hook.Continue()},
		"one who is not":   {hooktest.Event(approvers, hooktest.ByUser("root@example.com")), ignored},
		"nobody is named":  {hooktest.Event(hooktest.ByUser("grace@example.com")), ignored},
		"a hook":           {hooktest.Event(approvers, hooktest.ByHook("on_request")), hook.Continue()},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := onlyNamedApprovers(t.Context(), tc.event)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v (%v), want %+v", got, err, tc.want)
			}
		})
	}
}

// respond returns what the function of all flows responds.
func respond(t *testing.T, options ...hooktest.Option) string {
	t.Helper()
	raw, err := flows.Respond(t.Context(), hooktest.Invocation(options...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// words returns an outcome or an error in words.
func words(outcome any, err error) string {
	if err != nil {
		return err.Error()
	}
	return outcome.(fmt.Stringer).String()
}
