package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The event of get_flows is of its schema, so is what the SDK responds, and the schema and
// the engine accept the same.
func TestGetFlows(t *testing.T) {
	raw, err := json.Marshal(hookapi.AskFlows(run.Person{ID: "ada@example.com", Groups: []string{"sre"}}, []hookapi.Flow{{Name: "a", Vars: json.RawMessage(`{"team":"sre"}`)}, {Name: "b"}}))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, compile(t, "get-flows-asked.v1.json"), raw); err != nil {
		t.Errorf("the event: %v", err)
	}
	answered := compile(t, "get-flows-answer.v1.json")
	response, err := hook.Flows{"a": {}}.Respond(t.Context(), raw)
	if err != nil || validate(t, answered, []byte(response)) != nil {
		t.Errorf("the SDK's response %s: %v", response, err)
	}
	for response, right := range map[string]bool{
		`{"flows":[]}`: true, `{"version":"1","flows":["a"]}`: true, `{"flows":["a"],"errors":[{"hook":"get_flows","flow":"b","error":"x"}]}`: true,
		`{}`: false, `{"flows":null}`: false, `{"flows":"a"}`: false, `{"flows":[],"more":1}`: false, `{"flows":[1]}`: false, `[]`: false,
		`{"flows":[],"errors":[{"hook":"prefetch","error":"x"}]}`: false, `{"flows":[],"errors":[{"flow":"b","error":"x"}]}`: false,
	} {
		_, err := hookapi.ReadFlows([]byte(response), []string{"a", "b"})
		if fits := validate(t, answered, []byte(response)) == nil; fits != right || (err == nil) != right {
			t.Errorf("%s: the schema says %v, the engine %v, want %v", response, fits, err, right)
		}
	}
}
