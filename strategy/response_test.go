package strategy_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Responses that are invalid, and what the error says.
func TestInvalidResponses(t *testing.T) {
	for document, want := range map[string]string{
		`{}`:                                        "must have has_access, refused or error",
		`{"has_access":true}`:                       "created: must say whether this call made the access",
		`{"has_access":false}`:                      "has_access: must be true after give",
		`{"has_access":"yes"}`:                      "has_access: must be a boolean",
		`{"Has_Access":true}`:                       `unknown member "Has_Access"`,
		`{"has_access":true,"has_access":true}`:     `member "has_access" appears twice`,
		`{"refused":"a","error":"b"}`:               "must have refused or error, not both",
		`{"error":"b","retry_after_seconds":99999}`: "retry_after_seconds: must be between 0 and 3600",
		`{"error":"b","retry_after_seconds":1.5}`:   "retry_after_seconds: must be a whole number",
		`{"refused":"a\u0000"}`:                     "refused: must have no control character",
		`{"error":"\u0007"}`:                        "error: must have no control character",
		`{"version":"1","has_access":true}`:         `unsupported strategy contract version "1"; supported: "2"`,
		`{"version":"2.0","more":1}`:                `unknown member "more"`,
		`{"version":"2.x","has_access":true}`:       "unsupported strategy contract version",
		`[{"has_access":true}]`:                     "must be a JSON object",
		`{"has_access":true,"created":true}}`:       "must be one JSON object",
		`{"body":1,"output":1}`:                     "must have output or body, not both",
		`{"errors":"no"}`:                           "errors: must be an array of strings",
		"{\"refused\":\"\xff\"}":                    "must be UTF-8",
		`{"refused":"` + long(2001) + `"}`:          "refused: must have at most 2000 characters",
		`{"sensitive":"` + long(8191) + `"}`:        "sensitive: must have at most 8192 bytes, got 8193",
		`{"output":"` + long(strategy.MaxResponse):  "must have at most 65536 bytes",
	} {
		if r, err := strategy.ReadResponse(strategy.OperationGive, []byte(document)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: got %+v %v, want %s", document, r, err, want)
		}
	}
	if _, err := strategy.ReadResponse(strategy.OperationTake, []byte(`{"has_access":true}`)); err == nil {
		t.Error("a take that leaves the access is valid")
	}
}

func long(n int) string { return strings.Repeat("a", n) }

// Members of a newer minor version are named and skipped.
func TestNewerMinorVersion(t *testing.T) {
	r, err := strategy.ReadResponse(strategy.OperationHas, []byte(`{"version":"2.1","has_access":true,"b":{},"a":1}`))
	if err != nil || strings.Join(r.Ignored, " ") != "a b" || !*r.HasAccess {
		t.Errorf("got %+v %v", r, err)
	}
}

// Sym's form is understood: errors refuse, and body becomes the output.
func TestSymForm(t *testing.T) {
	r, err := strategy.ReadResponse(strategy.OperationGive, []byte(`{"body":{"user":"tmp"},"errors":[]}`))
	if err != nil || !*r.HasAccess || !*r.Created || string(r.Output) != `{"user":"tmp"}` {
		t.Errorf("give: got %+v %v", r, err)
	}
	r, err = strategy.ReadResponse(strategy.OperationTake, []byte(`{"body":null,"errors":[]}`))
	if err != nil || *r.HasAccess || r.Output != nil {
		t.Errorf("take: got %+v %v", r, err)
	}
	for document, want := range map[string]string{
		`{"body":{},"errors":["no such user","no such role"]}`: "no such user; no such role",
		`{"errors":[""]}`: "the strategy function refused and gave no reason",
	} {
		if r, err = strategy.ReadResponse(strategy.OperationGive, []byte(document)); err != nil || r.Refused != want {
			t.Errorf("%s: got %+v %v", document, r, err)
		}
	}
	if _, err := strategy.ReadResponse(strategy.OperationHas, []byte(`{"body":{}}`)); err == nil {
		t.Error("has without has_access is valid")
	}
}

// A response counts as access, or as none, only if it says so and nothing else.
func FuzzReadResponse(f *testing.F) {
	for _, seed := range []string{
		`{"has_access":true,"created":true}`, `{"body":1,"errors":[]}`, `{"errors":["a"]}`, `{"version":"2.1","has_access":false,"x":1}`,
		`{"refused":"a"}`, `{"error":"a","retry_after_seconds":5}`, `{"has_access":true,"has_access":false}`, `null`, `{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, op := range []strategy.Operation{strategy.OperationGive, strategy.OperationTake, strategy.OperationHas} {
			r, err := strategy.ReadResponse(op, raw)
			if err != nil || r.Refused != "" || r.Error != "" {
				continue
			}
			sym := strings.Contains(string(raw), "body") || strings.Contains(string(raw), "errors") || strings.Contains(string(raw), `\u`)
			if r.HasAccess == nil || !strings.Contains(string(raw), "has_access") && !sym {
				t.Fatalf("%s: %q is read as %+v", op, raw, r)
			}
			if op == strategy.OperationGive && *r.HasAccess && r.Created == nil || len(r.Output) > strategy.MaxOutput || len(r.Sensitive) > strategy.MaxOutput {
				t.Fatalf("%s: %q is read as %+v", op, raw, r)
			}
		}
	})
}
