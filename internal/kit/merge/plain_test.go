package merge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
)

// The plain template has the whole engine but the hook function, nothing of SAM's, and
// parameters for what it needs from outside.
func TestPlain(t *testing.T) {
	out, err := merge.Plain(merge.Options{Version: "v1.2.3", Architecture: "x86_64"})
	if err != nil {
		t.Fatal(err)
	}
	reference, got := parsed(t, fasttrack.Template), parsed(t, out)
	gone := []string{"DemoTable", "GrantDemoFunction", "GrantDemoLogs", "GrantDemoRole", "HooksRole", "HooksFunction", "HooksLogs"}
	want := slices.DeleteFunc(names(reference, "Resources"), func(name string) bool { return slices.Contains(gone, name) })
	if diff := cmp.Diff(want, names(got, "Resources")); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	added := slices.DeleteFunc(names(got, "Parameters"), func(name string) bool {
		return slices.Contains(names(reference, "Parameters"), name)
	})
	if diff := cmp.Diff([]string{"CodeBucket", "CodePrefix", "HooksFunctionArn", "HooksFunctionName", "HooksLogGroupName"}, added); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	for _, word := range []string{"Serverless", "Transform:", "HooksFunction}", "HooksFunction.", "HooksLogs", "CodeUri", "DefinitionUri"} {
		if strings.Contains(string(out), word) {
			t.Errorf("the plain template has %s", word)
		}
	}
	if folder.Member(got, "Globals") != nil {
		t.Error("the plain template has Globals")
	}
	for path, want := range map[string]string{
		"Resources RequestFunction Properties Code":                                 "S3Bucket: !Ref CodeBucket\nS3Key: !Sub \"${CodePrefix}request.zip\"\n",
		"Resources RequestFunction Properties TracingConfig":                        "Mode: !FindInMap [TracingModes, !Ref Tracing, Mode]\n",
		"Resources RequestFunction Properties Environment Variables HOOKS_FUNCTION": "!Ref HooksFunctionArn\n",
		"Resources HookErrorsAlarm Properties Dimensions":                           "[{Name: FunctionName, Value: !Ref HooksFunctionName}]\n",
		"Resources HookFailuresFilter Properties LogGroupName":                      "!Ref HooksLogGroupName\n",
		"Resources StateMachine Properties RoleArn":                                 "!GetAtt StateMachineRole.Arn\n",
		"Parameters Architecture Default":                                           "x86_64\n",
	} {
		if diff := cmp.Diff(want, text(t, got, strings.Fields(path)...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	again, err := merge.Plain(merge.Options{Version: "v1.2.3", Architecture: "x86_64"})
	if err != nil || string(again) != string(out) {
		t.Errorf("the same again differs: %v", err)
	}
}
