package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/internal/audit"
)

// Whatever is done to the table is found, by its name.
func TestAuditVerify_Table(t *testing.T) {
	for name, tc := range map[string]struct {
		do   func(w *recordWorld)
		want []string
	}{
		"untouched": {func(*recordWorld) {}, []string{
			"3 requests verified, 0 wrong", "3 digests verified, 2026-11-23 to 2026-11-25, 0 wrong, signed by arn:aws:kms:us-east-1:123456789012:key/fasttrack-DigestKey",
		}},
		"goes on": {func(w *recordWorld) { w.ask(7, "f0", "later") }, []string{"4 requests verified, 0 wrong", "3 digests verified", ", 0 wrong, signed"}},
		"an entry is edited": {func(w *recordWorld) {
			w.edit(w.item(1), "body", `"channel":"api","status"`, `"channel":"web","status"`)
		}, []string{
			"{1}  entry 1: hash does not fit the entry", "3 requests verified, 1 wrong",
		}},
		"what was asked is edited": {func(w *recordWorld) {
			w.edit(w.item(1), "body", `"reason":"because","has_context"`, `"reason":"","has_context"`)
		}, []string{
			"{1}  the stored request is not the one that was filed",
		}},
		"the context is edited": {func(w *recordWorld) { w.edit(itemKey{"RUN#" + w.id(1), "CONTEXT"}, "context", "x", "y") }, []string{
			"{1}  the stored request is not the one that was filed",
		}},
		"the context is removed": {func(w *recordWorld) { w.remove(itemKey{"RUN#" + w.id(1), "CONTEXT"}) }, []string{
			"{1}  the stored request is not the one that was filed",
		}},
		"the body is garbage": {func(w *recordWorld) { w.edit(w.item(1), "body", `{`, ``) }, []string{"{1}  read run {1}: ", "3 requests verified, 1 wrong"}},
		"it would hide itself": {func(w *recordWorld) { w.edit(w.item(1), "body", w.id(1), `\r\u001b[2K`) }, []string{
			"{1}  it is stored as {1}, but says that it is  ⏎ \\u001b[2K",
		}},
		"a run is hidden": {func(w *recordWorld) { w.edit(w.item(1), "created", `2026`, `3026`) }, []string{"3 requests verified, 0 wrong"}},
		"sealed anew": {func(w *recordWorld) {
			w.remove(w.item(1))
			w.remove(itemKey{"RUN#" + w.id(1), "CONTEXT"})
			late := w.clock.Now()
			w.clock = clockwork.NewFakeClockAt(auditStart.Add(24 * time.Hour))
			w.ask(1, "f1", "another reason")
			w.clock = clockwork.NewFakeClockAt(late)
		}, []string{"{1}  entry 1, or one before it, is not what was signed on 2026-11-24", "3 requests verified, 1 wrong"}},
		"a run is removed": {func(w *recordWorld) { w.remove(w.item(1)) }, []string{
			"{1}  it is missing: its entries up to 1 were signed on 2026-11-24", "3 requests verified, 1 wrong", "3 digests verified, 2026-11-23 to 2026-11-25, 0 wrong",
		}},
		"a digest is removed": {func(w *recordWorld) { w.remove(itemKey{"DIGEST", "2026-11-24"}) }, []string{
			"digest 2026-11-25  it follows the digest of 2026-11-24, which is missing", "3 requests verified, 0 wrong", "2 digests verified, 2026-11-23 to 2026-11-25, 1 wrong",
		}},
		"the last digest is removed": {func(w *recordWorld) { w.remove(itemKey{"DIGEST", "2026-11-25"}) }, []string{
			"digest 2026-11-24  digests are missing after it, up to 2026-11-25",
		}},
		"a digest is edited": {func(w *recordWorld) { w.edit(itemKey{"DIGEST", "2026-11-24"}, "body", `"count":1`, `"count":2`) }, []string{
			"digest 2026-11-24  its signature is invalid", "digest 2026-11-25  it follows another digest of 2026-11-24 than the stored one", "2 wrong, signed by",
		}},
		"heads are edited": {func(w *recordWorld) { w.edit(itemKey{"DIGEST#2026-11-24", "0000"}, "heads", `"seq":1`, `"seq":2`) }, []string{
			"digest 2026-11-24  its chunks are not those that were signed: heads_sha256 differs",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newRecordWorld(t)
			w.days()
			tc.do(w)
			got, status := w.verify()
			if wrong := strings.Contains(got, "  "); (status == 1) != wrong || status > 1 {
				t.Errorf("exit status %d", status)
			}
			for _, want := range tc.want {
				if want = strings.ReplaceAll(want, "{1}", w.id(1)); !strings.Contains(got, want) {
					t.Errorf("got\n%s\nwant %q in it", got, want)
				}
			}
		})
	}
}

// The function is invoked as days pass.
func TestDigestSchedule(t *testing.T) {
	w := newRecordWorld(t)
	deadline := time.After(20 * time.Second)
	for {
		w.clock.Advance(24 * time.Hour)
		select {
		case <-w.scheduled:
			return
		case <-deadline:
			t.Fatal("days pass, and it is not invoked")
		case <-time.After(20 * time.Millisecond): // its schedule may not wait yet
		}
	}
}

// What is verified can be chosen, and printed as JSON.
func TestAuditVerify_TableSelects(t *testing.T) {
	w := newRecordWorld(t)
	w.days()
	w.remove(w.item(1)) // of flow f1, on the second day
	w.edit(w.item(2), "body", `"channel":"api","status"`, `"channel":"web","status"`)
	for _, tc := range []struct {
		args   []string
		want   string
		status int
	}{
		{[]string{w.id(0)}, "1 request verified, 0 wrong", 0},
		{[]string{w.id(1)}, w.id(1) + "  it is missing: its entries up to 1 were signed on 2026-11-24", 1},
		{[]string{w.id(0), w.id(2)}, "2 requests verified, 1 wrong", 1},
		{[]string{"none"}, "none  no such request in the table", 1},
		{[]string{"--all"}, "3 requests verified, 2 wrong", 1},
		{[]string{"--flow", "f0", "--until", "2026-11-24"}, "1 request verified, 0 wrong", 0},
		{[]string{"--since", "48h"}, "2 requests verified, 2 wrong", 1},
		{[]string{"--since", "24h"}, "1 request verified, 1 wrong", 1},
		{[]string{"--since", "2026-11-25T00:00:00Z"}, "1 request verified, 1 wrong", 1},
		{[]string{"--from", "P2D", "--to", "2026-11-24T23:00:00Z"}, "1 request verified, 1 wrong", 1},
		{[]string{"--flow", "f0", "--since", "yesterday"}, `--since must be a time such as 2026-11-01T00:00:00Z, a day`, 2},
		{[]string{"--from", "1d", "--since", "1d"}, "give one of --from and --since", 2},
		{[]string{w.id(0), "--flow", "f0"}, "give either IDs of requests, or flags that select requests", 2},
		{[]string{"--table", "", "--all"}, "or --table NAME", 2},
		{[]string{"--table", ""}, "or --table NAME", 2},
		{[]string{"--table", "", "--flow", "f", "--key", "k"}, "digests, which are only in the table", 2},
		{[]string{"--table", "other"}, "ResourceNotFoundException", 1},
	} {
		got, status := w.verify(tc.args...)
		if !strings.Contains(got, tc.want) || status != tc.status {
			t.Errorf("%v: status %d\n%s\nwant %d, %q", tc.args, status, got, tc.status, tc.want)
		}
	}

	var report audit.Report
	got, _ := w.verify("--json")
	if err := json.Unmarshal([]byte(got), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Requests) != 3 || len(report.Digests) != 3 || report.Wrong != 2 || len(report.Keys) != 1 {
		t.Errorf("got %+v", report)
	}
	for _, v := range report.Requests {
		if v.ID == w.id(0) && (len(v.Head) != 64 || !v.OK) {
			t.Errorf("got %+v, want a head", v)
		}
	}
	for _, d := range report.Digests {
		if len(d.SHA256) != 64 || d.Count != 1 || !d.OK {
			t.Errorf("got %+v", d)
		}
	}
}

// Who signed must be whom we trust, and what was kept elsewhere shows that a
// digest was made anew.
func TestAuditVerify_Trust(t *testing.T) {
	w := newRecordWorld(t)
	w.days()
	key := digestKey(w.stack)
	cfg, err := awsConfig(t.Context(), w.stack.AWSURL())
	if err != nil {
		t.Fatal(err)
	}
	public, err := kms.NewFromConfig(cfg).GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: &key})
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	otherDER, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, text []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	inPEM := func(name string, der []byte) string {
		return file(name, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	ours, theirs := inPEM("ours.pem", public.PublicKey), inPEM("theirs.pem", otherDER)
	kept := file("kept", []byte("2026-11-26T00:30:01Z START\n2026-11-26T00:30:02Z "+strings.ReplaceAll(w.log.String(), "\n{", "\n2026-11-26T00:30:02Z {")))
	check := func(want string, status int, args ...string) {
		t.Helper()
		if got, is := w.verify(args...); !strings.Contains(got, want) || is != status {
			t.Errorf("%v: status %d\n%s\nwant %d, %q", args, is, got, status, want)
		}
	}
	check("0 wrong, signed by "+key, 0, "--key", key)
	check("0 wrong, signed by", 0, "--key", "fasttrack-DigestKey", "--public-key", ours)
	check("0 wrong, signed by", 0, "--public-key", theirs, "--public-key", ours, "--kept", kept)
	check("digest 2026-11-24  its signature is invalid", 1, "--public-key", theirs)
	check("digest 2026-11-24  it is signed by an untrusted key: "+key, 1, "--key", key+"2")
	check("must be a public key in PEM", 1, "--public-key", kept)
	check("no digests in it", 1, "--kept", ours)

	// The last two digests go, a request with them, and the function makes up for
	// the days: what it signs is what it finds.
	w.remove(itemKey{"DIGEST", "2026-11-24"})
	w.remove(itemKey{"DIGEST", "2026-11-25"})
	w.remove(w.item(1))
	check("digest 2026-11-23  digests are missing after it, up to 2026-11-25", 1, "--key", key)
	w.clock.Advance(time.Minute)
	w.digest()
	check("3 digests verified, 2026-11-23 to 2026-11-25, 0 wrong", 0, "--key", key)
	check("digest 2026-11-24  it is not the digest that was logged", 1, "--kept", kept)

	for _, day := range []string{"2026-11-23", "2026-11-24", "2026-11-25"} {
		w.remove(itemKey{"DIGEST", day})
	}
	check("no digests", 0)
	check("no digests in the table, although a key or a log was given", 1, "--key", key)
}
