package export_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// aRun is a run with what must not leave the table in it.
func aRun(t testing.TB) *run.Run {
	t.Helper()
	r, err := run.New(run.Draft{
		ID: run.NewID(start), Channel: run.ViaAPI, Reason: "prod is <down>", DurationSeconds: 3600, FlowVersion: "0a1b2c3d4e5f",
		Flow:      run.Flow{Name: "f", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}},
		Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"},
		Fields:    map[string]json.RawMessage{"target": json.RawMessage(`{"id":"prod","label":"Production","settings":{"low_risk":true}}`)},
		Sensitive: map[string]json.RawMessage{"pin": json.RawMessage(`"0815-secret"`)}, Salt: "the-salt",
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	r.Engine.Token = "the-token"
	return r
}

func aLine(t testing.TB) string {
	t.Helper()
	line, err := export.Of(aRun(t), nil).Line()
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// What was written is read again, whatever ends the lines.
func TestRead(t *testing.T) {
	line := aLine(t)
	for name, file := range map[string]string{
		"as written":       line + line,
		"no newline last":  line + strings.TrimSuffix(line, "\n"),
		"CRLF":             strings.ReplaceAll(line+line, "\n", "\r\n"),
		"blank lines":      "\n" + line + "  \n" + line + "\n",
		"a mark at first":  "\uFEFF" + line + line,
		"unknown members":  strings.Replace(line, `{"id"`, `{"later":1,"id"`, 1) + line,
		"a line of 2 MB":   strings.Replace(line, `{"id"`, `{"later":"`+strings.Repeat("x", export.MaxLine-len(line)-len(`"later":"",`)+1)+`","id"`, 1) + line,
		"the longest CRLF": strings.Replace(line, `{"id"`, `{"later":"`+strings.Repeat("x", export.MaxLine-len(line)-len(`"later":"",`)+1)+`","id"`, 1)[:export.MaxLine] + "\r\n" + line,
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			if err := export.Read(strings.NewReader(file), func(r export.Run) error {
				again, err := r.Line()
				got = append(got, string(again))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{line, line}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A wrong file is refused with the line, and with what it must be.
func TestRead_Wrong(t *testing.T) {
	line := aLine(t)
	for name, tc := range map[string]struct{ file, want string }{
		"cut":                {line + line[:40], "line 2: column 40: must be JSON: unexpected end"},
		"CSV":                {"id,flow\n", "line 1: column 1: must be JSON: invalid character 'i'"},
		"an array":           {"\n[" + line, "line 2: column "},
		"another type":       {strings.Replace(line, `"flow":"f"`, `"flow":7`, 1), "flow must be string"},
		"a member twice":     {strings.Replace(line, `{"id"`, `{"status":"denied","id"`, 1), "line 1: status: appears twice"},
		"another case":       {strings.Replace(line, `{"id"`, `{"Status":"denied","id"`, 1), "line 1: Status: unknown member; did you mean status?"},
		"one in its history": {strings.Replace(line, `"history":[{`, `"history":[{"Seq":7,`, 1), "line 1: history[0].Seq: unknown member; did you mean seq?"},
		"something":          {"{}", "line 1: id is missing; must be a line of `fasttrack audit export --format jsonl`"},
		"the API's":          {strings.Replace(line, `"asked":`, `"told":`, 1), "line 1: asked.flow.name is missing; "},
		"a status":           {strings.Replace(line, `"flow":"f","status":"requested"`, `"flow":"f","status":"gone"`, 1), "status is missing"},
		"no history":         {strings.Replace(line, `"history":`, `"past":`, 1), "history is missing"},
		"too long":           {line + strings.Repeat("x", export.MaxLine+3), "line 2: must be one request of at most 2097152 bytes"},
		"a wrong time":       {strings.Replace(line, `"created_at":"2026`, `"created_at":"MMXXVI`, 1), "line 1: "},
		"only a number":      {"7", "line 1: column 1: must be a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			err := export.Read(strings.NewReader(tc.file), func(export.Run) error { return nil })
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// Who has read enough says so.
func TestRead_Ends(t *testing.T) {
	enough, n := errors.New("enough"), 0
	line := aLine(t)
	err := export.Read(strings.NewReader(line+line), func(export.Run) error { n++; return enough })
	if err != enough || n != 1 {
		t.Errorf("got %v after %d", err, n)
	}
}

// What hooks keep follows the requests, and is none of them.
func TestRead_Kept(t *testing.T) {
	var file strings.Builder
	value := export.Kept{Flow: "f", Scope: run.PerPerson, Person: "ada@example.com", Key: "note", Value: json.RawMessage(`"<x>"`), ExpiresAt: start}
	n, err := export.Write(t.Context(), &file, func(_ context.Context, f func(string, *run.Run, json.RawMessage, error) error) error {
		r := aRun(t)
		return f(r.ID, r, nil, nil)
	}, export.Options{
		Read: func(int) {}, Unreadable: func(problem string) { t.Error(problem) },
		Kept: func(_ context.Context, f func(export.Kept) error) error { return errors.Join(f(value), f(value)) },
	})
	if err != nil || n != (export.Counts{Written: 1, Kept: 2}) {
		t.Fatalf("wrote %+v (%v)", n, err)
	}
	const line = `{"store":{"flow":"f","scope":"person","person":"ada@example.com","key":"note","value":"<x>","expires_at":"`
	if strings.Count(file.String(), "\n"+line) != 2 {
		t.Errorf("got %s", file.String())
	}
	read := 0
	if err := export.Read(strings.NewReader(file.String()), func(export.Run) error { read++; return nil }); err != nil || read != 1 {
		t.Errorf("read %d (%v)", read, err)
	}
	stop := errors.New("the table is gone")
	if _, err := export.Write(t.Context(), &file, func(context.Context, func(string, *run.Run, json.RawMessage, error) error) error { return nil }, export.Options{
		Kept: func(context.Context, func(export.Kept) error) error { return stop },
	}); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
