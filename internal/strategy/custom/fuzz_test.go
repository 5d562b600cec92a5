package custom_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/custom"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Access counts as given, as taken or as there only by an answer that says so
// and nothing else; any other is an error that names the function.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"has_access":true}`, `{"version":"1","has_access":false}`, `{"refused":"no such user"}`, `{"has_access":true,"refused":"no"}`, `{"version":"2","has_access":true}`,
		`null`, `{}`, `[1]`, `{"has_access":true}}`, `{"Has_Access":true}`, `{"has_access":false,"has_access":true}`, `{"refused":"a\u0000"}`, "{\"refused\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := custom.New(&function{answer: string(raw)}, "")
		a := strategy.Access{Function: "f", RunID: "r"}
		_, give := s.Give(t.Context(), a, nil)
		_, take := s.Take(t.Context(), a, nil)
		has, err := s.Has(t.Context(), a)
		if (give == nil || take == nil) && (err != nil || (give == nil) != has || (take == nil) == has) {
			t.Fatalf("%q: give %v, take %v, has %v %v", raw, give, take, has, err)
		}
		if err == nil {
			var members map[string]any
			if json.Unmarshal(raw, &members) != nil || members["has_access"] != has || members["refused"] != nil && members["refused"] != "" {
				t.Fatalf("%q is read as %v", raw, has)
			}
			return
		}
		var refused strategy.Refused
		switch {
		case has:
			t.Fatalf("%q: there, and %v", raw, err)
		case errors.As(err, &refused):
			if text.CheckLine(err.Error(), run.MaxReason) != nil {
				t.Fatalf("%q: refused with %q", raw, err)
			}
		case !strings.HasPrefix(err.Error(), "f returned an invalid response to read: "):
			t.Fatalf("%q: %v", raw, err)
		}
	})
}
