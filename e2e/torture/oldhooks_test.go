package torture

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// spoken is what matters of a question and of an answer.
type spoken struct {
	Hook, Transition, Reason, Message string
	Run                               struct {
		Reason string
		Flow   struct{ Name string }
	}
	Event struct{ Actor struct{ Email string } }
}

func read(t testing.TB, raw json.RawMessage) spoken {
	t.Helper()
	var s spoken
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return s
}

// Today's hooks respond to old releases as the hooks of their time did.
func TestTodaysHooksAnswerOldQuestions(t *testing.T) {
	for _, name := range releases {
		rel := readRelease(t, name)
		if len(rel.Heard) < 5 {
			t.Fatalf("release %s has %d questions", name, len(rel.Heard))
		}
		for _, h := range rel.Heard {
			answered, err := recordedHooks.Respond(t.Context(), h.Asked)
			if err != nil {
				t.Errorf("release %s: %v: %s", name, err, h.Asked)
				continue
			}
			got, want := read(t, answered), read(t, h.Answered)
			if got != want {
				t.Errorf("release %s asked %s: today's hooks answer %s, its own %s", name, h.Asked, answered, h.Answered)
			}
		}
	}
}

// Hooks that are not deployed anew go on deciding: what those of old releases
// answered is understood today, whole.
func TestOldHooksAnswerToday(t *testing.T) {
	for _, name := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rel := readRelease(t, name)
			recorded := map[spoken]json.RawMessage{}
			question := func(s spoken) spoken {
				key := spoken{Hook: s.Hook}
				key.Run.Flow.Name = s.Run.Flow.Name
				key.Transition = map[bool]string{true: "fast"}[s.Run.Reason == "fast"]
				return key
			}
			for _, h := range rel.Heard {
				recorded[question(read(t, h.Asked))] = h.Answered
			}
			old := func(_ context.Context, asked []byte) ([]byte, error) {
				answer, known := recorded[question(read(t, asked))]
				if !known {
					return nil, errors.New("this release was not asked that")
				}
				return answer, nil
			}
			p := newPlay(t, setup{local: func(o *localaws.Options) { o.Functions["HooksFunction"] = old }})
			want := map[string]run.Status{p.ask("plain", ""): run.Approved, p.ask("two", ""): run.Expired}
			if name != "1" { // which asked for access by people alone
				want[p.ask("access", "fast")] = run.Ended
			}
			for id, status := range want {
				p.pending(id)
				if status == run.Approved {
					p.acts("grace@example.com", id, "approve")
				}
			}
			p.over()
			for id, status := range want {
				r := p.load(id)
				if r.Status != status {
					t.Errorf("run %s of %s is %s, want %s", id, r.Flow.Name, r.Status, status)
				}
				for _, e := range r.History {
					if e.Error != "" {
						t.Errorf("run %s of %s: %s", id, r.Flow.Name, e.Error)
					}
				}
			}
		})
	}
}
