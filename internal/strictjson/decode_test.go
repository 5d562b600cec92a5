package strictjson_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

type exactBase struct {
	Base string `json:"base"`
}

type exact struct {
	exactBase
	Name  string           `json:"name,omitempty"`
	Plain int              //
	Left  int              `json:"-"`
	List  []exact          `json:"list"`
	By    map[string]exact `json:"by"`
	At    *time.Time       `json:"at"`
	Raw   json.RawMessage  `json:"raw"`
	Any   any              `json:"any"`
	Pair  [2]int           `json:"pair"`
}

func TestReadExact(t *testing.T) {
	for in, want := range map[string]string{
		`{"base":"b","name":"n","Plain":1,"list":[{"name":"m"},null],"by":{"Name":{"name":"x"}},"at":"2026-11-26T00:00:00Z","raw":{"Name":1},"any":{"Name":[1]},"pair":[1,2]}`: "",
		` null `:                                 "",
		`{"Name":"n"}`:                           "Name: unknown member; did you mean name?",
		`{"name":"n","NAME":"m"}`:                "NAME: unknown member; did you mean name?",
		`{"ba\u017fe":"n"}`:                      "baſe: unknown member; did you mean base?",
		`{"Left":1}`:                             "Left: unknown member",
		`{"-":1}`:                                "-: unknown member",
		`{"list":[{},{"List":[]}]}`:              "list[1].List: unknown member; did you mean list?",
		`{"by":{"a":{"colour":1}}}`:              "by.a.colour: unknown member",
		`{"by":{"a":{},"a":{}}}`:                 "by.a: appears twice",
		`{"raw":{"a":[{"b":1,"b":2}]}}`:          "raw.a[0].b: appears twice",
		`{"any":{"a":1,"\u0061":2}}`:             "any.a: appears twice",
		`{"any":{"":[{"":1,"":2}]}}`:             `any.""[0]."": appears twice`,
		`{"any":[1,1e400]}`:                      "any[1]: must fit into a double",
		`{"name":7}`:                             "name: must be a string, got a number",
		`{"name":true}`:                          "name: must be a string, got a boolean",
		`{"Plain":3.5}`:                          "Plain: must be a whole number, got 3.5",
		`{"list":{}}`:                            "list: must be an array, got an object",
		`[]`:                                     "must be an object, got an array",
		`{"at":"soon"}`:                          "parsing time",
		`{}}`:                                    "must be one JSON value",
		`{} {}`:                                  "must be one JSON value",
		`{"any":[}`:                              "must be valid JSON: invalid character",
		``:                                       "must be valid JSON: EOF",
		strings.Repeat("[", 100):                 "must be nested at most 64 deep",
		`{"` + strings.Repeat("x", 200) + `":1}`: strings.Repeat("x", 100) + "…: unknown member",
	} {
		var v exact
		err := strictjson.Decode([]byte(in), &v)
		if want == "" && err != nil || want != "" && !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%.100s: got %v, want %q", in, err, want)
		}
	}
}

// What a newer version may have added passes, but not what would be taken for
// something else.
func TestCheckKnown(t *testing.T) {
	for in, want := range map[string]string{
		`{"name":"n","colour":{"a":1}}`:      "",
		`{"list":[{"colour":1,"name":"m"}]}`: "",
		`{"list":[{"name":"m","nAme":""}]}`:  "list[0].nAme: unknown member; did you mean name?",
		`{"colour":1,"colour":2}`:            "colour: appears twice",
	} {
		if flaw := strictjson.CheckKnown([]byte(in), exact{}); want == "" && flaw != nil || want != "" && (flaw == nil || flaw.Error() != want) {
			t.Errorf("%s: got %v, want %q", in, flaw, want)
		}
	}
}

// What is read exactly says the same to a reader that knows nothing of the type:
// written again it has the members that were there, by the same names.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[{"name":"n","passed":true,"detail":"d"}]`, `[{"Name":"n"}]`, `[{"name":"a","name":"b"}]`, `[{"pa\u017fsed":true}]`, `[null]`, `null`, `[{"name":1e999}]`, `[]]`,
		`[{"name":"\ud800"}]`, "[{\"name\":\"\xff\"}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var checks []run.Check
		if err := strictjson.Decode(raw, &checks); err != nil {
			if err.Error() == "" || !strings.Contains(err.Error(), " ") {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		var loose []map[string]any
		if err := json.Unmarshal(raw, &loose); err != nil || len(loose) != len(checks) {
			t.Fatalf("%q is read as %+v, and as %v (%v)", raw, checks, loose, err)
		}
		for i, c := range checks {
			for name, got := range map[string]any{"name": c.Name, "passed": c.Passed, "detail": c.Detail} {
				if want := loose[i][name]; want != nil && !reflect.DeepEqual(got, want) || want == nil && !reflect.ValueOf(got).IsZero() {
					t.Fatalf("%q: %s is read as %v", raw, name, got)
				}
				delete(loose[i], name)
			}
			if len(loose[i]) > 0 {
				t.Fatalf("%q holds %v too", raw, loose[i])
			}
		}
	})
}
