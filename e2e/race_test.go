package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestManyDecideAtOnce has many people approve and deny one run at once: one
// act wins, the others learn which.
func TestManyDecideAtOnce(t *testing.T) {
	people, rounds := 40, 5
	if tally.Full() {
		people, rounds = 200, 50
	}
	members := ""
	for i := range people {
		members += fmt.Sprintf("p%d@example.com, ", i)
	}
	flows, err := flow.Parse("flows", []byte("flows: [{name: f, admins: [root@example.com], limits: none, require_reason: [], review: {approvers: [group:g]}}]\ndirectory: {groups: {g: ["+members+"]}}"))
	if err != nil {
		t.Fatal(err)
	}
	functions := inprocess.New(inprocess.Options{Flows: flows, Now: time.Now, Hooks: hook.Flows{"*": {}}})
	stack, err := local.Start(t.Context(), "", localaws.Options{TemplatePath: "../template.yaml", Addr: "127.0.0.1:0", Functions: functions.Replacements()})
	if err != nil {
		t.Fatal(err)
	}
	functions.Bind(stack)
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	for range rounds {
		requester := &client{url: stack.URL(), who: "ada@example.com"}
		if err := requester.call("POST", "/requests", []byte(`{"flow":"f"}`)); err != nil || requester.status != 201 {
			t.Fatalf("%d %v: %s", requester.status, err, requester.body)
		}
		id, _ := requester.at("id")
		statuses := map[int]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				c := &client{url: stack.URL(), who: fmt.Sprintf("p%d@example.com", i)}
				act := []string{"approve", "deny"}[i%2]
				if err := c.call("POST", "/requests/"+id+"/"+act, []byte(`{}`)); err != nil {
					t.Error(err)
				}
				mu.Lock()
				statuses[c.status]++
				mu.Unlock()
			})
		}
		all.Wait()
		if statuses[200] != 1 || statuses[409] != people-1 {
			t.Fatalf("answers are %v, want one 200 and the rest 409", statuses)
		}
		if err := requester.call("GET", "/requests/"+id, nil); err != nil {
			t.Fatal(err)
		}
		if n, _ := requester.at("history.len"); n != "3" {
			t.Errorf("history has %s entries, want asked, routed, decided: %s", n, requester.body)
		}
	}
	tally.Report(t, "race: %d rounds of %d people, one act won each", rounds, people)
}
