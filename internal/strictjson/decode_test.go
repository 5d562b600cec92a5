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
		`{"Name":"n"}`:                           "Name: there is no such member; name is written otherwise",
		`{"name":"n","NAME":"m"}`:                "NAME: there is no such member; name is written otherwise",
		`{"ba\u017fe":"n"}`:                      "baſe: there is no such member; base is written otherwise",
		`{"Left":1}`:                             "Left: there is no such member",
		`{"-":1}`:                                "-: there is no such member",
		`{"list":[{},{"List":[]}]}`:              "list[1].List: there is no such member; list is written otherwise",
		`{"by":{"a":{"colour":1}}}`:              "by.a.colour: there is no such member",
		`{"by":{"a":{},"a":{}}}`:                 "by.a: it is there twice",
		`{"raw":{"a":[{"b":1,"b":2}]}}`:          "raw.a[0].b: it is there twice",
		`{"any":{"a":1,"\u0061":2}}`:             "any.a: it is there twice",
		`{"any":{"":[{"":1,"":2}]}}`:             `any.""[0]."": it is there twice`,
		`{"any":[1,1e400]}`:                      "any[1]: the number is beyond a double",
		`{"name":7}`:                             "name: a string was expected, not number",
		`{"list":{}}`:                            "list: an array was expected, not object",
		`[]`:                                     "an object was expected, not array",
		`{"at":"soon"}`:                          "parsing time",
		`{}}`:                                    "one JSON value was expected",
		`{} {}`:                                  "one JSON value was expected",
		`{"any":[}`:                              "JSON was expected: invalid character",
		``:                                       "JSON was expected: EOF",
		strings.Repeat("[", 100):                 "it is nested more than 64 deep",
		`{"` + strings.Repeat("x", 200) + `":1}`: strings.Repeat("x", 100) + "…: there is no such member",
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
		`{"list":[{"name":"m","nAme":""}]}`:  "list[0].nAme: there is no such member; name is written otherwise",
		`{"colour":1,"colour":2}`:            "colour: it is there twice",
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
