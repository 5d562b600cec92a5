package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
)

// TestKilledAndStartedAgain kills the whole system with -9 under load, several
// times, and starts it again over the same folder: every request that was
// acknowledged is there, and goes on to its right end.
func TestKilledAndStartedAgain(t *testing.T) {
	requests, kills := 60, 2
	if tally.Full() {
		requests, kills = 1000, 4
	}
	// The file of --flows is served, not the one beside the binaries.
	local := killable(t, "HooksFunction", "testdata/restart/flows.yaml")
	local.start()

	// Some are approved by code, some wait for people, some grant access. What a
	// kill cuts off while it grants is believed only after its deadline, two
	// minutes later, so the short test grants all access before the first kill.
	bodies := []string{
		`{"flow":"everything-goes"}`, `{"flow":"low-risk","fields":{"target":"prod-admin"}}`,
		`{"flow":"aws-access","duration_seconds":8,"fields":{"target":"prod-ro","urgency":"Emergency"}}`,
	}
	kinds, patience := 2, time.Minute
	if tally.Full() {
		kinds, patience = 3, 5*time.Minute
	}
	var mu sync.Mutex
	acknowledged := map[string]int{}
	ask := func(person string, kind int) bool {
		c := &client{url: local.url, who: person + "@example.com"}
		if err := c.call("POST", "/requests", []byte(bodies[kind])); err != nil || c.status != 201 {
			return false
		}
		id, _ := c.at("id")
		mu.Lock()
		defer mu.Unlock()
		acknowledged[id] = kind
		return true
	}
	for n := range 10 {
		if !ask(fmt.Sprint("early", n), 2) {
			t.Fatal("asking for access failed")
		}
	}
	for id := range acknowledged {
		for deadline := time.Now().Add(10 * time.Second); local.status(id) != "active"; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("request %s is not active but %s", id, local.status(id))
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for worker := range 4 {
		load.Go(func() {
			for n := 0; n < requests/4 && ctx.Err() == nil; {
				if !ask(fmt.Sprintf("p%d-%d", worker, n), n%kinds) {
					time.Sleep(20 * time.Millisecond)
					continue
				}
				n++
			}
		})
	}
	for range kills {
		time.Sleep(300 * time.Millisecond)
		local.kill()
		local.start()
	}
	load.Wait()
	stop()
	local.kill()
	local.start()

	deadline := time.Now().Add(patience)
	for id, kind := range acknowledged {
		for {
			got := local.status(id)
			if got == []string{"approved", "pending", "ended"}[kind] {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("request %s is %s", id, got)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if kind == 1 {
			c := &client{url: local.url, who: "grace@example.com"}
			if err := c.call("POST", fmt.Sprintf("/requests/%s/approve", id), []byte(`{}`)); err != nil || c.status != 200 {
				t.Fatalf("approve %s: %d %v %s", id, c.status, err, c.body)
			}
		}
	}
	tally.Report(t, "restart: %d requests were acknowledged, all reached their end after %d kills", len(acknowledged), kills+1)
}

// killed is a system that is killed and started again over the same folder.
type killed struct {
	t    *testing.T
	url  string
	args []string
	cmd  *exec.Cmd
}

// killable returns one with that hook function and those flows.
func killable(t *testing.T, hooks, flows string) *killed {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	k := &killed{t: t, url: "http://" + addr, args: []string{
		"local", "--addr", addr, "--data", t.TempDir(), "--build-dir", layOut(t, hooks, "../flows.yaml"), "--template", "../template.yaml", "--flows", flows,
	}}
	t.Cleanup(k.kill)
	return k
}

func (k *killed) start() {
	k.t.Helper()
	var said bytes.Buffer
	k.cmd = exec.Command(filepath.Join(binaries, "bin", "fasttrack"), k.args...)
	k.cmd.Stderr = &said
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c := &client{url: k.url}
		if c.call("GET", "/healthz", nil) == nil && c.status == 200 {
			return
		}
		if time.Now().After(deadline) {
			k.kill()
			k.t.Fatalf("it does not start:\n%s", said.String())
		}
	}
}

// kill kills it with -9, unless it is dead.
func (k *killed) kill() {
	k.t.Helper()
	if k.cmd == nil || k.cmd.ProcessState != nil {
		return
	}
	if err := k.cmd.Process.Kill(); err != nil {
		k.t.Fatal(err)
	}
	_ = k.cmd.Wait()
}

// status is that of a request.
func (k *killed) status(id string) string {
	k.t.Helper()
	c := &client{url: k.url, who: "grace@example.com"}
	if err := c.call("GET", "/requests/"+id, nil); err != nil {
		k.t.Fatal(err)
	}
	status, _ := c.at("status")
	return status
}
