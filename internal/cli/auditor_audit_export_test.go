package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// export runs the command, and returns its output, its messages and its exit code.
func (w *recordWorld) export(args ...string) (string, string, int) {
	w.t.Helper()
	code, out, messages := w.run(w.t.Context(), "audit export", args...)
	return out, messages, code
}

// hold stores a request with what must not leave the table in it.
func (w *recordWorld) hold(n int) {
	w.t.Helper()
	r, err := run.New(run.Draft{
		ID: w.id(n), Flow: run.Flow{Name: "held", Admins: []string{"root@example.com"}}, Channel: run.ViaAPI, Reason: "=1+1",
		Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"},
		Sensitive: map[string]json.RawMessage{"pin": json.RawMessage(`"0815-secret"`)}, Salt: "the-salt",
	}, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	r.Engine.Token = "the-token"
	if err := w.store.Create(w.t.Context(), r, nil); err != nil {
		w.t.Fatal(err)
	}
}

// The requests of a period come oldest first, in both formats.
func TestAuditExport(t *testing.T) {
	w := newRecordWorld(t)
	for n := range 12 { // two at a time
		w.ask(n, fmt.Sprint("f", n%2), "because")
		if n%2 == 1 {
			w.clock.Advance(6 * time.Hour)
		}
	}
	w.hold(12)
	var all []string
	for n := range 13 {
		all = append(all, w.id(n))
	}
	for i := 0; i < 12; i += 2 {
		slices.Sort(all[i : i+2]) // of one time, by their ids
	}
	ids := func(out string, asCSV bool) []string {
		var got []string
		if asCSV {
			lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines[1:] {
				got = append(got, line[0])
			}
			return got
		}
		if err := export.Read(strings.NewReader(out), func(r export.Run) error { got = append(got, r.ID); return nil }); err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, tc := range []struct {
		args []string
		want []string
	}{
		{nil, all},
		{[]string{"--format", "csv"}, all},
		{[]string{"--since", "2026-11-24", "--format", "csv"}, all[6:]}, // 10:00, 16:00 and 22:00 were the day before
		{[]string{"--since", "2026-11-24", "--until", "2026-11-24T16:00:00Z"}, all[6:10]},
		{[]string{"--since", "12h"}, all[8:]},
		{[]string{"--until", "1d"}, all[:4]},
		{[]string{"--flow", "held"}, all[12:]},
		{[]string{"--flow", "f1", "--since", "6h"}, []string{w.id(11)}},
		{[]string{"--flow", "none"}, nil},
	} {
		out, messages, status := w.export(tc.args...)
		if got := ids(out, slices.Contains(tc.args, "csv")); status != 0 || !slices.Equal(got, tc.want) {
			t.Errorf("%v: status %d, got\n%v\nwant\n%v", tc.args, status, got, tc.want)
		}
		if want := text.Count(len(tc.want), "request") + " exported\n"; messages != want {
			t.Errorf("%v: it says %q, want %q", tc.args, messages, want)
		}
		for _, secret := range []string{"0815-secret", "the-salt", "the-token"} {
			if strings.Contains(out, secret) {
				t.Errorf("%v: %s is exported", tc.args, secret)
			}
		}
	}

	// A line has the context, and a cell is no formula.
	out, _, _ := w.export("--flow", "f0")
	if !strings.Contains(out, `"context":{"diff":"x"}`) {
		t.Errorf("there is no context in %s", out)
	}
	if out, _, _ = w.export("--flow", "held", "--format", "csv"); !strings.Contains(out, ",'=1+1,") {
		t.Errorf("a formula is in %s", out)
	}
}

// What can't be read is named, and the rest is exported.
func TestAuditExport_Unreadable(t *testing.T) {
	w := newRecordWorld(t)
	for n := range 3 {
		w.ask(n, "f", "because")
	}
	w.edit(w.item(1), "body", `{`, "")
	w.edit(itemKey{"RUN#" + w.id(2), "CONTEXT"}, "context", `}`, "")
	out, messages, status := w.export()
	if status != 1 || strings.Count(out, "\n") != 1 || !strings.Contains(out, w.id(0)) {
		t.Errorf("status %d: %s", status, out)
	}
	for _, want := range []string{"read run " + w.id(1) + ": ", w.id(2) + ": ", "1 request exported, 2 could not be read\n"} {
		if !strings.Contains(messages, want) {
			t.Errorf("it says %q, want %q", messages, want)
		}
	}
	// The context is in the lines alone.
	if out, _, _ := w.export("--format", "csv"); !strings.Contains(out, w.id(2)) {
		t.Errorf("got %s", out)
	}
}

// A file is there whole, for its owner, or as it was.
func TestAuditExport_File(t *testing.T) {
	w := newRecordWorld(t)
	w.ask(0, "f", "because")
	dir := t.TempDir()
	file := filepath.Join(dir, "out.jsonl")
	is := func(want string) {
		t.Helper()
		got, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("got %q (%v), want %q", got, err, want)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("beside the file: %v (%v)", entries, err)
		}
	}
	if err := os.WriteFile(file, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancelCause(t.Context())
	stop(interrupted{os.Interrupt})
	if code, _, messages := w.run(stopped, "audit export", "-o", file); code != exitInterrupted || messages != "interrupted; no complete export was written\n" {
		t.Errorf("stopped, it exits %d: %s", code, messages)
	}
	is("before")
	if _, messages, status := w.export("-o", file, "--table", "other"); status != 1 || !strings.Contains(messages, "ResourceNotFoundException") {
		t.Errorf("status %d: %s", status, messages)
	}
	is("before")
	if out, messages, status := w.export("-o", file); status != 0 || out != "" || messages != "1 request exported\n" {
		t.Errorf("status %d: %s%s", status, out, messages)
	}
	is(w.id(0))
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v), want 0600", info.Mode(), err)
	}

	for _, tc := range []struct {
		args   []string
		want   string
		status int
	}{
		{[]string{"-o", dir}, "is not a regular file", 2},
		{[]string{"-o", filepath.Join(dir, "none", "out")}, "no such file or directory", 1},
		{[]string{"--table", ""}, "give --stack NAME, or --table NAME (the stack's output TableName)", 2},
		{[]string{"--format", "xml"}, `--format must be jsonl or csv, got "xml"`, 2},
		{[]string{"--since", "1d", "--until", "2d"}, "--since must be before --until", 2},
		{[]string{"--since", "yesterday"}, "--since must be a time such as", 2},
		{[]string{"--since", "1d", "--from", "1d"}, "give one of --from and --since", 2},
		{[]string{w.id(0)}, "unknown command", 2},
	} {
		if _, messages, status := w.export(tc.args...); status != tc.status || !strings.Contains(messages, tc.want) {
			t.Errorf("%v: status %d: %s\nwant %d, %q", tc.args, status, messages, tc.status, tc.want)
		}
	}
}
