package hookapi_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The members of an answer count by their exact names, wherever they are, and
// are there once: of two readings, none decides.
func TestAnswersAreReadExactly(t *testing.T) {
	for answer, want := range map[string]string{
		`{"Transition":"approve"}`:                                                                        "on_request returned an invalid response: Transition: unknown member",
		`{"transition":"approve","checks":[{"name":"n","Passed":true}]}`:                                  "on_request returned an invalid response: checks: [0].Passed: unknown member; did you mean passed?",
		`{"transition":"approve","checks":[{"name":"n","passed":false,"PASSED":true}]}`:                   "on_request returned an invalid response: checks: [0].PASSED: unknown member; did you mean passed?",
		`{"transition":"approve","checks":[{"name":"n","passed":false,"passed":true}]}`:                   "on_request returned an invalid response: checks[0].passed: appears twice",
		`{"transition":"deny","transition":"approve"}`:                                                    "on_request returned an invalid response: transition: appears twice",
		`{"transition":"approve","errors":[{"hook":"on_request","Error":"oh"}]}`:                          "on_request returned an invalid response: errors: [0].Error: unknown member; did you mean error?",
		`{"permissions":{"Approvers":["everyone"]}}`:                                                      "get_permissions returned an invalid response: permissions: Approvers: unknown member; did you mean approvers?",
		`{"permissions":{"approvers":["group:sre"],"self_Approval":true}}`:                                "get_permissions returned an invalid response: permissions: self_Approval: unknown member; did you mean self_approval?",
		`{"permissions":{"approvals":[{"from":"group:sre","count":2,"Count":1}]}}`:                        "get_permissions returned an invalid response: permissions: approvals: [0].Count: unknown member; did you mean count?",
		`{"notifications":[{"to":["group:sre"]},{"to":["group:sre"],"wait_Seconds":1}]}`:                  "get_notifications returned an invalid response: notifications: [1].wait_Seconds: unknown member; did you mean wait_seconds?",
		`{"transition":"approve","output":{"a":{"b":1,"b":2}}}`:                                           "on_request returned an invalid response: output.a.b: appears twice",
		`{"transition":"approve","output":[1e999]}`:                                                       "on_request returned an invalid response: output[0]: must fit into a double",
		`{"transition":"approve","output":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`:     ": must be nested at most 64 deep",
		`{"transition":"approve","output":{"Name":1,"name":2},"checks":[{"name":"n","passed":true}]}`:     "",
		`{"permissions":{"approvers":["everyone"],"approvals":[{"from":"group:sre","count":1}]}}`:         "",
		`{"errors":[{"hook":"get_permissions","error":"oh"}],"notifications":[{"to":["a@example.com"]}]}`: "get_permissions failed: oh",
	} {
		got := hookapi.CheckResponse(run.OnRequest, "sample", []byte(answer), 0)
		mistakes := strings.Join(got.Mistakes, "; ")
		if want == "" && mistakes != "" || !strings.HasSuffix(mistakes, want) {
			t.Errorf("%s: %q, want %q", answer, mistakes, want)
		}
		if strings.HasPrefix(mistakes, "on_request ") && got.Transition != "" {
			t.Errorf("%s: %s counts although %s", answer, got.Transition, mistakes)
		}
	}
}
