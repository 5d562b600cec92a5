package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// oldReleases are those of e2e/torture/testdata/releases, by their commits.
var oldReleases = []struct {
	name, commit string
	// access says that the release could grant access, and goes by today's version
	// of the document.
	access bool
}{
	{"two ago", "b998561", false},
	{"one ago", "993e14f", true},
}

// TestDeployedUpgrade deploys an old release as it was, with its own template,
// machine, functions and hooks, has runs wait in it, and deploys today's over it:
// they end rightly. Then it goes back to the old release, and to today's again.
func TestDeployedUpgrade(t *testing.T) {
	onlyDeployed(t)
	for _, r := range oldReleases {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			logs := newLogs(t)
			old, today := buildRelease(t, r.commit, logs), layOutBuild(t, "HooksFunction", "testdata/upgrade/flows.yaml")
			e := startEmulator(t, logs)
			d := deployed{deployTo(t, e, old, logs, nil), e}

			const review = `{"flow":"low-risk","fields":{"target":"prod-admin"}}`
			acts := map[string]string{}
			for _, act := range []string{"approve", "deny", "cancel"} {
				acts[d.ask(t, review, "pending")] = act
			}
			revoked, ends, endsAt := "", "", time.Time{}
			if r.access {
				revoked = d.ask(t, access("prod-ro", 3600), "active")
				ends = d.ask(t, access("prod-admin", 90), "active")
				endsAt = time.Now().Add(90 * time.Second)
			}

			d.system = deployTo(t, e, today, logs, nil)
			if r.access && time.Now().After(endsAt) {
				t.Error("the deployment took longer than access was there: it shows nothing of its end")
			}
			statuses := map[string]string{"approve": "approved", "deny": "denied", "cancel": "canceled"}
			for id, act := range acts {
				who := "grace@example.com"
				if act == "cancel" {
					who = "ada@example.com"
				}
				d.act(t, who, id, act)
				d.await(t, id, statuses[act])
			}
			later := d.ask(t, review, "pending")
			if r.access {
				d.act(t, "grace@example.com", revoked, "revoke")
				d.await(t, revoked, "revoked")
				time.Sleep(time.Until(endsAt))
				d.await(t, ends, "ended")
			}
			d.verified(t)

			// Back: what today's release has asked waits, whatever is done about it
			// meanwhile, and goes on when it is there again.
			d.system = deployTo(t, e, old, logs, nil)
			if !r.access {
				d.actsLater(t, "grace@example.com", later)
			}
			d.ask(t, review, "pending")
			d.system = deployTo(t, e, today, logs, nil)
			if r.access {
				d.act(t, "grace@example.com", later, "approve")
			}
			d.await(t, later, "approved")
			d.verified(t)
		})
	}
}

// actsLater approves, under functions that don't know the document that the
// execution has: what they receive is kept, and nothing comes of it yet.
func (d deployed) actsLater(t *testing.T, who, id string) {
	t.Helper()
	c := d.as(who)
	if err := c.call("POST", "/requests/"+id+"/approve", []byte(`{"reason":"as agreed"}`)); err != nil || c.status != 202 {
		t.Fatalf("approve: %d %v: %s", c.status, err, c.body)
	}
}

func access(target string, seconds int) string {
	return fmt.Sprintf(`{"flow":"aws-access","reason":"prod is down","duration_seconds":%d,"fields":{"target":%q,"urgency":"Emergency"}}`, seconds, target)
}

// verified has the command line of today verify the history of every run, and
// returns what it prints.
func (d deployed) verified(t *testing.T, more ...string) string {
	t.Helper()
	args := append([]string{"audit", "verify", "--table", d.table, "--endpoint-url", d.services}, more...)
	out, err := exec.CommandContext(t.Context(), filepath.Join(binaries, "bin", "fasttrack"), args...).CombinedOutput()
	if err != nil {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
	return string(out)
}

// buildRelease returns what `sam build` makes of a commit, with the flows of the test.
func buildRelease(t *testing.T, commit string, log io.Writer) string {
	t.Helper()
	source := t.TempDir()
	tree, err := exec.CommandContext(t.Context(), "git", "-C", "..", "archive", commit).Output()
	if err != nil {
		t.Skipf("the history of this repository has no commit %s here: %v", commit, err)
	}
	untar := exec.CommandContext(t.Context(), "tar", "-x", "-C", source)
	untar.Stdin = bytes.NewReader(tree)
	if out, err := untar.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	flows, err := os.ReadFile("testdata/upgrade/flows.yaml")
	if err == nil {
		err = os.WriteFile(filepath.Join(source, "flows.yaml"), flows, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), sam(), "build", "--build-dir", "build/sam")
	build.Dir, build.Stdout, build.Stderr = source, log, log
	build.Env = append(os.Environ(), "LAMBDA_OS="+runtime.GOOS, "LAMBDA_ARCH="+runtime.GOARCH, "SAM_CLI_TELEMETRY=0")
	if err := build.Run(); err != nil {
		t.Fatalf("sam build of %s: %v", commit, err)
	}
	return filepath.Join(source, "build", "sam")
}
