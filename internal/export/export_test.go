package export_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// Hooks get the same event for an exported request, after it was written and read, as
// when it was made. No sensitive value is in the file.
func TestExportedRunIsAskedAboutAsItWas(t *testing.T) {
	for name, change := range map[string]func(*run.Draft){
		"a request": func(*run.Draft) {},
		"an extension": func(d *run.Draft) {
			d.Extends = &run.Extends{ID: run.NewID(start), Number: 2, StartedAt: start.Add(-3 * time.Hour), EndsAt: start.Add(time.Hour), TotalSeconds: 4 * 3600}
		},
		"one without an end":   func(d *run.Draft) { d.UntilRevoked, d.DurationSeconds = true, 90*24*3600 },
		"one for somebody":     func(d *run.Draft) { d.For = &run.Person{ID: "bob@example.com", Email: "bob@example.com"} },
		"one that starts late": func(d *run.Draft) { d.StartsAt = start.Add(24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			asked := aDraft()
			change(&asked)
			sameEvent(t, asked)
		})
	}
}

func aDraft() run.Draft {
	return run.Draft{
		ID: run.NewID(start), Channel: run.ViaAPI, Reason: "prod is <down>", DurationSeconds: 3600,
		Flow: run.Flow{
			Name: "f", Label: "F", Vars: json.RawMessage(`{"a":1}`), Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"},
			Strategy: json.RawMessage(`{"type":"lambda"}`), FastTrack: &run.FastTrack{MaxPerHour: 1},
		},
		Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com", Groups: []string{"dev"}},
		Fields:    map[string]json.RawMessage{"target": json.RawMessage(`{"id":"prod","label":"Production","settings":{"low_risk":true}}`)},
		Sensitive: map[string]json.RawMessage{"pin": json.RawMessage(`"0815-secret"`)},
		Context:   json.RawMessage(`{"diff.txt":"+a"}`),
		Recent:    &run.Recent{WindowSeconds: 60, Requested: 2},
	}
}

func sameEvent(t *testing.T, asked run.Draft) {
	t.Helper()
	r, err := run.New(asked, start)
	if err != nil {
		t.Fatal(err)
	}
	want, err := stepfn.NewDocument(r, start, asked.Context)
	if err != nil {
		t.Fatal(err)
	}
	// An approve has shortened it since.
	r.RequestedSeconds, r.DurationSeconds = r.DurationSeconds, 60

	raw, err := json.Marshal(export.Of(r, asked.Context))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "0815-secret") || strings.Contains(string(raw), r.Salt) {
		t.Errorf("a sensitive value is in the file: %s", raw)
	}
	var read export.Run
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatal(err)
	}
	again, err := run.New(read.Request(), read.CreatedAt)
	if err != nil {
		t.Fatal(err)
	}
	got, err := stepfn.NewDocument(again, start, read.Asked.Context)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Hook, got.Hook); diff != "" {
		t.Errorf("hooks are asked otherwise, -then +now:\n%s", diff)
	}
}
