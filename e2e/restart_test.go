package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestKilledAndStartedAgain kills the whole system with -9 under load, several
// times, and starts it again over the same folder: every request that was
// acknowledged is there, and goes on to its right end.
func TestKilledAndStartedAgain(t *testing.T) {
	requests, kills := 60, 2
	if os.Getenv("FASTTRACK_TORTURE") != "" {
		requests, kills = 1000, 4
	}
	cli := filepath.Join(t.TempDir(), "fasttrack")
	build := exec.Command("go", "build", "-o", cli, "./cmd/fasttrack")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir, data := layOut(t, "HooksFunction", "../flows.yaml"), t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	url := "http://" + addr
	start := func() *exec.Cmd {
		t.Helper()
		cmd := exec.Command(cli, "local", "--addr", addr, "--data", data, "--build-dir", dir, "--template", "../template.yaml", "--flows", "../flows.yaml")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			c := &client{url: url}
			if c.call("GET", "/healthz", nil) == nil && c.status == 200 {
				return cmd
			}
			if time.Now().After(deadline) {
				t.Fatal("it does not start")
			}
		}
	}
	kill := func(cmd *exec.Cmd) {
		t.Helper()
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	system := start()
	t.Cleanup(func() { kill(system) })

	// Half of the requests are approved by code, half wait for people.
	bodies := []string{`{"flow":"everything-goes"}`, `{"flow":"low-risk","fields":{"target":"prod-admin"}}`}
	var mu sync.Mutex
	acknowledged := map[string]int{}
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			for n := 0; n < requests/4 && ctx.Err() == nil; {
				c := &client{url: url, who: "ada@example.com"}
				if err := c.call("POST", "/requests", []byte(bodies[n%2])); err != nil || c.status != 201 {
					time.Sleep(20 * time.Millisecond)
					continue
				}
				id, _ := c.at("id")
				mu.Lock()
				acknowledged[id] = n % 2
				mu.Unlock()
				n++
			}
		})
	}
	for range kills {
		time.Sleep(300 * time.Millisecond)
		kill(system)
		system = start()
	}
	load.Wait()
	stop()
	kill(system)
	system = start()

	deadline := time.Now().Add(time.Minute)
	for id, kind := range acknowledged {
		for {
			c := &client{url: url, who: "grace@example.com"}
			if err := c.call("GET", "/requests/"+id, nil); err != nil {
				t.Fatal(err)
			}
			status, _ := c.at("status")
			if want := []string{"approved", "pending"}[kind]; status == want {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("request %s is %d %s", id, c.status, c.body)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if kind == 1 {
			c := &client{url: url, who: "grace@example.com"}
			if err := c.call("POST", fmt.Sprintf("/requests/%s/approve", id), []byte(`{}`)); err != nil || c.status != 200 {
				t.Fatalf("approve %s: %d %v %s", id, c.status, err, c.body)
			}
		}
	}
	t.Logf("%d requests were acknowledged, all reached their end after %d kills", len(acknowledged), kills+1)
}
