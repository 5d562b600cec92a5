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
		`{"Transition":"approve"}`:                                                                        "on_request gave an invalid answer: Transition: there is no such member",
		`{"transition":"approve","checks":[{"name":"n","Passed":true}]}`:                                  "on_request gave an invalid answer: checks: [0].Passed: there is no such member; passed is written otherwise",
		`{"transition":"approve","checks":[{"name":"n","passed":false,"PASSED":true}]}`:                   "on_request gave an invalid answer: checks: [0].PASSED: there is no such member; passed is written otherwise",
		`{"transition":"approve","checks":[{"name":"n","passed":false,"passed":true}]}`:                   "on_request gave an invalid answer: checks[0].passed: it is there twice",
		`{"transition":"deny","transition":"approve"}`:                                                    "on_request gave an invalid answer: transition: it is there twice",
		`{"transition":"approve","errors":[{"hook":"on_request","Error":"oh"}]}`:                          "on_request gave an invalid answer: errors: [0].Error: there is no such member; error is written otherwise",
		`{"permissions":{"Approvers":["everyone"]}}`:                                                      "get_permissions gave an invalid answer: permissions: Approvers: there is no such member; approvers is written otherwise",
		`{"permissions":{"approvers":["group:sre"],"self_Approval":true}}`:                                "get_permissions gave an invalid answer: permissions: self_Approval: there is no such member; self_approval is written otherwise",
		`{"permissions":{"approvals":[{"from":"group:sre","count":2,"Count":1}]}}`:                        "get_permissions gave an invalid answer: permissions: approvals: [0].Count: there is no such member; count is written otherwise",
		`{"notifications":[{"to":["group:sre"]},{"to":["group:sre"],"wait_Seconds":1}]}`:                  "get_notifications gave an invalid answer: notifications: [1].wait_Seconds: there is no such member; wait_seconds is written otherwise",
		`{"transition":"approve","output":{"a":{"b":1,"b":2}}}`:                                           "on_request gave an invalid answer: output.a.b: it is there twice",
		`{"transition":"approve","output":[1e999]}`:                                                       "on_request gave an invalid answer: output[0]: the number is beyond a double",
		`{"transition":"approve","output":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`:     ": it is nested more than 64 deep",
		`{"transition":"approve","output":{"Name":1,"name":2},"checks":[{"name":"n","passed":true}]}`:     "",
		`{"permissions":{"approvers":["everyone"],"approvals":[{"from":"group:sre","count":1}]}}`:         "",
		`{"errors":[{"hook":"get_permissions","error":"oh"}],"notifications":[{"to":["a@example.com"]}]}`: "get_permissions failed: oh",
	} {
		got := hookapi.CheckAnswer(run.OnRequest, "sample", []byte(answer), 0)
		mistakes := strings.Join(got.Mistakes, "; ")
		if want == "" && mistakes != "" || !strings.HasSuffix(mistakes, want) {
			t.Errorf("%s: %q, want %q", answer, mistakes, want)
		}
		if strings.HasPrefix(mistakes, "on_request ") && got.Transition != "" {
			t.Errorf("%s: %s counts although %s", answer, got.Transition, mistakes)
		}
	}
}
