package strictjson_test

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

func TestWholeNumber(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "-0": 0, "-0.0": 0, "3600": 3600, "3600.0": 3600, "3.6e3": 3600, "36000e-1": 3600, "-1E2": -100,
		"9007199254740992": 1 << 53, "9007199254740992.0": 1 << 53,
	} {
		if got, ok := strictjson.WholeNumber([]byte(in)); !ok || got != want {
			t.Errorf("%s is read as %d (%v), want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "3.5", "1e-2", "9007199254740993", "1e300", `"3"`, "null", "true", "[]", "Inf", "NaN", "+3", "0x1p4"} {
		if got, ok := strictjson.WholeNumber([]byte(in)); ok {
			t.Errorf("%q is read as %d, want it refused", in, got)
		}
	}
}

// Whatever way a client writes an integer, it is read as that one, and what is no
// integer stays refused.
func TestReadExactTakesIntegersOfAnyForm(t *testing.T) {
	type document struct {
		N    int             `json:"n"`
		List []int64         `json:"list"`
		Text string          `json:"text"`
		Raw  json.RawMessage `json:"raw"`
	}
	rapid.Check(t, func(t *rapid.T) {
		n, text := rapid.IntRange(-1<<53, 1<<53).Draw(t, "n"), rapid.String().Draw(t, "text")
		form := rapid.SampledFrom([]string{"%d", "%d.0", "%de0", "%d0e-1", "%d.00E+0"}).Draw(t, "form")
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			form = "%d.0" // JSON has no 00
		}
		number := form[2:]
		number = strconv.Itoa(n) + number
		var got document
		if err := strictjson.Decode([]byte(`{"text":`+string(quoted)+`,"n":`+number+`,"list":[ 1.0 ,`+number+`],"raw":[0.5]}`), &got); err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		want := document{n, []int64{1, int64(n)}, text, json.RawMessage("[0.5]")}
		// What JSON can't say of the text is replaced on the way.
		if err := json.Unmarshal(quoted, &want.Text); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", number, diff)
		}
		x := rapid.Float64Range(-1e6, 1e6).Filter(func(x float64) bool { return x != math.Trunc(x) }).Draw(t, "x")
		raw, err := json.Marshal(map[string]any{"n": x})
		if err != nil {
			t.Fatal(err)
		}
		if strictjson.Decode(raw, &document{}) == nil {
			t.Fatalf("%s is taken", raw)
		}
	})
}
