package watch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// No request is lost or fails while versions come and go: each is decided by a version
// that was served, and none by a version before the one that has decided a request that
// was filed after it.
func TestFollow_UnderLoad(t *testing.T) {
	if os.Getenv("FASTTRACK_KIT") == "" {
		t.Skip("FASTTRACK_KIT is not set")
	}
	each(t, func(t *testing.T, l language) {
		tm := newTeam(t, l)
		if err := tm.start(); err != nil {
			t.Fatal(err)
		}
		const reloads, clients = 8, 4
		var saved, decided atomic.Int64 // versions
		saved.Store(1)
		stop := make(chan struct{})
		var requests sync.WaitGroup
		for range clients {
			requests.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					var version int64
					reason := tm.decision("my-own-flow")
					if _, err := fmt.Sscanf(reason, "version %d", &version); err != nil || version < 1 || version > saved.Load() {
						t.Errorf("a request during a reload: %q", reason)
						return
					}
					decided.Add(1)
				}
			})
		}
		for n := range reloads {
			version := fmt.Sprintf("version %d", n+2)
			saved.Add(1)
			if n%2 == 0 { // flows and hooks in turns, and at once
				flows := strings.Replace(flowsFile, "My own flow", "My own flow, "+version, 1)
				tm.prints("flows.yaml", func() { tm.write("flows.yaml", flows) })
			}
			tm.prints("hooks: the new version is served", func() { tm.write(l.hooks, l.code(version, "my-own-flow")) })
			if got := tm.decision("my-own-flow"); got != version {
				t.Errorf("filed after %s is served, decided by %q", version, got)
			}
		}
		close(stop)
		requests.Wait()
		t.Logf("%d requests during %d reloads, all decided", decided.Load(), reloads+reloads/2)
		if decided.Load() < 50 {
			t.Errorf("%d requests, too few to be a load", decided.Load())
		}
	})
}

// What runs ends on the version that it began with.
func TestFollow_Running(t *testing.T) {
	l := languages[0]
	tm := newTeam(t, l)
	begun := filepath.Join(t.TempDir(), "begun")
	slow := strings.Replace(l.code("version 1", "my-own-flow"), `    return`, fmt.Sprintf("    import time, late\n    open(%q, 'w').close()\n    time.sleep(1)\n    return", begun), 1)
	tm.write("hooks/late.py", "")
	tm.write(l.hooks, slow)
	if err := tm.start(); err != nil {
		t.Fatal(err)
	}
	running := make(chan string, 1)
	go func() { running <- tm.decision("my-own-flow") }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(begun); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatal("the hook is not called")
		}
	}
	tm.prints("hooks: the new version is served", func() { tm.write(l.hooks, l.code("version 2", "my-own-flow")) })
	if got := tm.decision("my-own-flow"); got != "version 2" {
		t.Errorf("filed after the change: %q", got)
	}
	if got := <-running; got != "version 1" {
		t.Errorf("filed before the change: %q", got)
	}
}
