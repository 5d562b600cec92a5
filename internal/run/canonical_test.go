package run_test

import (
	"encoding/json"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The cases follow the rules and the number samples of RFC 8785.
func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		`{ "b": 1, "a": [ true, null ] }`:                 `{"a":[true,null],"b":1}`,
		`{"\ud83d\ude00":1,"\ufb33":2}`:                   "{\"\U0001F600\":1,\"\ufb33\":2}", // by UTF-16 code units
		`"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"`: `"€$\u000f\nA'B\"\\\\\"/"`,
		`"<&>\u2028"`: "\"<&>\u2028\"",
		`[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]`: `[333333333.3333333,1e+30,4.5,0.002,1e-27]`,
		`[-0,0.0,1e21,1e20,1e-6,1e-7,-1.5]`:                                 `[0,0,1e+21,100000000000000000000,0.000001,1e-7,-1.5]`,
	} {
		got, err := run.Canonical(json.RawMessage(in))
		if err != nil || string(got) != want {
			t.Errorf("%s gives %s (%v), want %s", in, got, err, want)
		}
	}
	for _, in := range []string{`1e999`, `{`, `1 2`, `1}`, `{}]`} {
		if got, err := run.Canonical(json.RawMessage(in)); err == nil {
			t.Errorf("%s gives %s, want an error", in, got)
		}
	}
}
