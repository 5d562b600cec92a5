package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const slowFlows = `
flows:
  - name: plain
    admins: [root@example.com]
    limits: none
    fields: [{name: do, type: string}]
    review: {approvers: [grace@example.com]}
    vars: {subscriptions: [on_request]}
`

// TestKilledInTheLane kills the whole system with -9 while a hook is called for every
// request, in the lane. Started again over the same folder, the lane begins again with
// each, long before functions/reconcile looks at what nothing moves.
func TestKilledInTheLane(t *testing.T) {
	flows := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(flows, []byte(slowFlows), 0o600); err != nil {
		t.Fatal(err)
	}
	local := killable(t, "CasesFunction", flows)
	local.start()
	var mu sync.Mutex
	ids, first := []string{}, time.Now()
	var people sync.WaitGroup
	for n := range 8 {
		people.Go(func() {
			c := &client{url: local.url, who: fmt.Sprintf("p%d@example.com", n)}
			if err := c.call("POST", "/requests", []byte(`{"flow":"plain","fields":{"do":"on_request=slow"}}`)); err != nil || c.status != 201 {
				t.Errorf("ask: %d %v %s", c.status, err, c.body)
				return
			}
			id, _ := c.at("id")
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, id)
		})
	}
	people.Wait()
	inLane := 0
	for _, id := range ids {
		if local.status(id) == "requested" {
			inLane++
		}
	}
	local.kill()
	if took := time.Since(first); inLane == 0 || took < 2*time.Second && inLane < len(ids) {
		t.Errorf("%d of %d requests were in the lane after %v", inLane, len(ids), took)
	}
	local.start()
	deadline := time.Now().Add(time.Minute)
	for _, id := range ids {
		for {
			got := local.status(id)
			if got == "pending" {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("request %s is %s a minute after the kill", id, got)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
