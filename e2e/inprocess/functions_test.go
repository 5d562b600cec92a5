package inprocess_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// A response stays as it is while others are made.
func TestResponsesAreNotMixed(t *testing.T) {
	file, err := flow.Parse("flows", []byte("flows: [{name: sample, admins: [r@x.io]}]"))
	if err != nil {
		t.Fatal(err)
	}
	functions := inprocess.New(inprocess.Options{Flows: file, Hooks: hook.Flows{"*": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		return hook.Deny(e.Run.ID), nil
	}}}})
	o := localaws.Options{TemplatePath: "../../template.yaml", Addr: "127.0.0.1:0", Functions: functions.Replacements()}
	stack, err := local.Start(t.Context(), "", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	functions.Bind(stack)
	invoke := o.Functions["HooksFunction"]
	responses := map[string][]byte{}
	for n := range 8 {
		id := fmt.Sprint("run-", n)
		raw, err := invoke(t.Context(), hooktest.Invocation(func(d map[string]any) { d["run"].(map[string]any)["id"] = id }))
		if err != nil {
			t.Fatal(err)
		}
		responses[id] = raw
	}
	for id, raw := range responses { // as they are once others have been made
		var response struct{ Reason string }
		if err := json.Unmarshal(raw, &response); err != nil || response.Reason != id {
			t.Errorf("the response to %s is %s (%v)", id, raw, err)
		}
	}
}
