package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// signIn says who the browser's person is, on the page that asks.
func (b *plainBrowser) signIn(url, who string) {
	b.t.Helper()
	b.open(url + "/")
	b.shows("Who are you?")
	b.submit("/console/who", map[string]string{"who": who})
	b.shows("Waiting for you")
}

// A request lives on pages alone: Ada makes it, Grace approves it, its access is live,
// and Ada ends it.
func TestConsole_LifeOfARequest(t *testing.T) {
	if emulated() {
		t.Skip("the emulator has no page that asks who you are")
	}
	on, _ := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{})
	ada, grace := openPlain(t), openPlain(t)
	ada.signIn(on.url, "ada@example.com")
	ada.shows("AWS access", "ada@example.com")

	// A mistake loses nothing of what was typed.
	ada.open("/console/new/aws-access")
	ada.submit("/console/new/aws-access", map[string]string{"f.target": "prod-ro"})
	if ada.status < 400 || ada.status >= 500 {
		t.Fatalf("without a reason: %d", ada.status)
	}
	ada.shows("Nothing was sent: 1 mistake to correct")
	ada.submit("/console/new/aws-access", map[string]string{"reason": "Look at <b>checkout</b>."})
	request := ada.at.Path
	if ada.status != http.StatusOK || !strings.HasPrefix(request, "/console/requests/") {
		t.Fatalf("sent: %d at %s\n%s", ada.status, ada.at, ada.page)
	}
	ada.await("Waits for a decision")
	ada.shows("Look at &lt;b&gt;checkout&lt;/b&gt;.")
	for _, f := range ada.forms() {
		if slices.Contains(f.actions, request+"/approve") {
			t.Error("Ada may approve her own request")
		}
	}

	grace.signIn(on.url, "grace@example.com")
	grace.open("/console/inbox")
	grace.shows(`href="` + request + `"`)
	grace.open(request)
	grace.submit(request+"/approve", map[string]string{"reason": "Go ahead."})
	if grace.status != http.StatusOK {
		t.Fatalf("approved: %d\n%s", grace.status, grace.page)
	}
	grace.await("Access ends in")
	grace.shows("Go ahead.")

	ada.open("/console/access")
	ada.shows(`href="` + request + `"`)
	ada.open(request)
	ada.submit(request+"/revoke", map[string]string{"reason": "Done."})
	ada.await("Access was open for")
	ada.shows("Revoked", "Done.")

	// Somebody else sees nothing of it, and signing out leads back to the page.
	ada.submit("/console/out", nil)
	ada.shows("Who are you?")
	ada.open(request)
	ada.submit("/console/who", map[string]string{"who": "eve@example.com"})
	if ada.status != http.StatusNotFound || ada.at.Path != request {
		t.Errorf("Eve is shown %s: %d", ada.at, ada.status)
	}
}

// With AuthMode=IAM the page that asks offers identities, and the console signs as them.
func TestConsole_SignsAsAnIdentity(t *testing.T) {
	if emulated() {
		t.Skip("the emulator has no page that asks who you are")
	}
	on, _ := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{Parameters: map[string]string{"AuthMode": "IAM"}})
	ada, grace := openPlain(t), openPlain(t)
	ada.signIn(on.url, "ada")
	ada.open("/console/new/low-risk")
	ada.submit("/console/new/low-risk", map[string]string{"f.target": "prod-admin"})
	request := ada.at.Path
	ada.await("Waits for a decision")
	grace.signIn(on.url, "grace")
	grace.open(request)
	grace.submit(request+"/deny", map[string]string{"reason": "Not today."})
	grace.shows("Denied", "Not today.", "grace@example.com")

	// So does `fasttrack console`, with its user's credentials.
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "bin", "fasttrack"), "console", "--no-open", "--json")
	cmd.Env = append(os.Environ(), "FASTTRACK_URL="+on.url, "AWS_ACCESS_KEY_ID=linus", "AWS_SECRET_ACCESS_KEY=linus", "AWS_SESSION_TOKEN=", "AWS_REGION=us-east-1", "FASTTRACK_TOKEN=", "FASTTRACK_AS=", "FASTTRACK_TABLE=",
		"FASTTRACK_DEPLOYMENTS="+filepath.Join(t.TempDir(), "none.yaml"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var printed struct{ URL string }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&printed); err != nil {
		t.Fatal(err)
	}
	linus, other := openPlain(t), openPlain(t)
	linus.open(printed.URL)
	linus.shows("Waiting for you", "linus@example.com")
	linus.open(request)
	linus.shows("Denied", "Not today.")
	linus.open("/console/backtest")
	linus.shows("run here", "--table NAME")
	if other.open(printed.URL); other.status != http.StatusForbidden {
		t.Errorf("the address works twice: %d", other.status)
	}
	if other.open("/console/"); other.status != http.StatusUnauthorized || strings.Contains(other.page, "linus@") {
		t.Errorf("without the cookie: %d", other.status)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("Ctrl-C ends it with %v", err)
	}
}

// A rule is tried with past requests before it is served: the page takes the file of
// flows as it is on disk, and shows the flips first.
func TestConsole_Backtest(t *testing.T) {
	if emulated() {
		t.Skip("the emulator has no page of backtests")
	}
	dir := layOut(t, "HooksFunction", "../flows.yaml")
	stack, err := local.Start(t.Context(), "", localaws.Options{TemplatePath: "../template.yaml", BuildDir: dir, Addr: "127.0.0.1:0", Log: newLogs(t), OnCall: calls.note})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	ada, grace := openPlain(t), openPlain(t)
	ada.signIn(stack.URL(), "ada@example.com")
	ada.open("/console/new/low-risk")
	ada.submit("/console/new/low-risk", map[string]string{"f.target": "prod-admin", "reason": "Just once."})
	request := ada.at.Path
	ada.await("Waits for a decision")
	grace.signIn(stack.URL(), "grace@example.com")
	grace.open(request)
	grace.submit(request+"/deny", map[string]string{"reason": "No ticket."})
	grace.shows("Denied")

	backtest := func() {
		t.Helper()
		ada.open("/console/backtest")
		ada.submit("/console/backtest", map[string]string{"days": "1", "flow": "low-risk"})
		ada.await("Agreement")
	}
	backtest()
	ada.shows("People denied, and the hooks would approve: 0")

	path := filepath.Join(dir, "RequestFunction", "flows.yaml")
	flows, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const before = "{id: prod-admin, label: Production administrator}"
	changed := strings.ReplaceAll(string(flows), before, "{id: prod-admin, label: Production administrator, settings: {low_risk: true}}")
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	backtest()
	ada.shows("People denied, and the hooks would approve: 1", `href="`+request+`"`, "No ticket.", "Production administrator is low risk.")

	// Trials alone: the request stays as it was.
	ada.open(request)
	ada.shows("Denied", "No ticket.")
}
