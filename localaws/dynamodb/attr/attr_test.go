package attr_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

var decimal = rapid.OneOf(
	rapid.StringMatching(`-?[0-9]{1,19}(\.[0-9]{1,19})?`),
	rapid.StringMatching(`-?[0-9]{1,20}[eE][+-]?[0-9]{1,2}`),
	rapid.StringMatching(`-?0\.0{0,20}[0-9]{1,17}`),
)

func number(t rapid.TB, text string) attr.Number {
	t.Helper()
	n, err := attr.ParseNumber(text)
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return n
}

func rational(t rapid.TB, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%s is no number", text)
	}
	return r
}

// Numbers keep their amount through text, compare and sort by amount.
func TestNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := decimal.Draw(t, "a"), decimal.Draw(t, "b")
		x, y := number(t, a), number(t, b)
		if got, want := rational(t, x.String()), rational(t, a); got.Cmp(want) != 0 {
			t.Fatalf("%s became %s", a, x)
		}
		want := rational(t, a).Cmp(rational(t, b))
		if got := x.Cmp(y); got != want {
			t.Fatalf("%s against %s: got %d, want %d", a, b, got, want)
		}
		key := func(n attr.Number) []byte { return attr.Value{Kind: attr.N, Num: n}.AppendKey(nil) }
		if got := bytes.Compare(key(x), key(y)); got != want {
			t.Fatalf("keys of %s and %s: got %d, want %d", a, b, got, want)
		}
		if sum, err := x.Add(y); err == nil {
			if want := new(big.Rat).Add(rational(t, a), rational(t, b)); rational(t, sum.String()).Cmp(want) != 0 {
				t.Fatalf("%s + %s: got %s, want %s", a, b, sum, want)
			}
		} else if !strings.Contains(err.Error(), "38 significant digits") {
			t.Fatalf("%s + %s: %v", a, b, err)
		}
	})
}

// A number is written one way only.
func TestNumberText(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "000": "0", "0.0e5": "0", "007": "7", "1.50": "1.5", "-1.50": "-1.5", ".5": "0.5", "5.": "5",
		"1e5": "100000", "1E+3": "1000", "12.5e-3": "0.0125", "+5": "5", nines: nines, "1e-130": "0." + strings.Repeat("0", 129) + "1",
		"9.99e125": "999" + strings.Repeat("0", 123), "0." + nines: "0." + nines,
	} {
		if got := number(t, in).String(); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestNumbersRefused(t *testing.T) {
	for in, want := range map[string]string{
		"": "cannot be converted", "abc": "cannot be converted", "1 ": "cannot be converted", "1e": "cannot be converted",
		"--1": "cannot be converted", ".": "cannot be converted", "0x10": "cannot be converted", "1_000": "cannot be converted",
		"NaN": "cannot be converted", "Infinity": "cannot be converted", "1e99999999999": "cannot be converted",
		strings.Repeat("1", 39): "38 significant digits", "1e126": "Number overflow", "-1e126": "Number overflow", "1e-131": "Number underflow",
	} {
		if _, err := attr.ParseNumber(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %q", in, err, want)
		}
	}
}

// value draws any value the service could hold.
func value(depth int) *rapid.Generator[attr.Value] {
	scalar := rapid.OneOf(
		rapid.Map(rapid.String(), attr.String),
		rapid.Custom(func(t *rapid.T) attr.Value {
			return attr.Value{Kind: attr.N, Num: number(t, decimal.Draw(t, "number"))}
		}),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) attr.Value { return attr.Value{Kind: attr.B, Text: string(b)} }),
		rapid.Map(rapid.Bool(), func(b bool) attr.Value { return attr.Value{Kind: attr.BOOL, Bool: b} }),
		rapid.Just(attr.Value{Kind: attr.NULL}),
		rapid.Map(rapid.SliceOfN(rapid.String(), 1, 4), func(texts []string) attr.Value {
			var elements []attr.Value
			for _, text := range texts {
				elements = append(elements, attr.String(text))
			}
			return attr.Set(attr.SS, elements)
		}),
	)
	if depth == 0 {
		return scalar
	}
	return rapid.OneOf(scalar,
		rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(list []attr.Value) attr.Value { return attr.Value{Kind: attr.L, List: list} }),
		rapid.Map(rapid.MapOfN(rapid.String(), value(depth-1), 0, 3), func(m map[string]attr.Value) attr.Value {
			return attr.Value{Kind: attr.M, Map: m}
		}),
	)
}

// An item survives the wire and the store, and equal items are stored alike.
func TestItemsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		item := attr.Item(rapid.MapOfN(rapid.StringN(1, 8, -1), value(3), 0, 5).Draw(t, "item"))
		wire, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		var received attr.Item
		if err := json.Unmarshal(wire, &received); err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		stored, err := attr.Decode(received.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if !attr.EqualItems(item, stored) || !bytes.Equal(item.Encode(), stored.Encode()) || item.Size() != stored.Size() {
			t.Fatalf("%s became %v", wire, stored)
		}
	})
}

// Damaged bytes are an error, never a panic or a wrong item.
func FuzzDecode(f *testing.F) {
	f.Add(attr.Item{"a": attr.String("b"), "l": {Kind: attr.L, List: []attr.Value{{Kind: attr.N}}}}.Encode())
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, stored []byte) {
		item, err := attr.Decode(stored)
		if err == nil && len(item) > len(stored) {
			t.Errorf("%d bytes became %d attributes", len(stored), len(item))
		}
	})
}

// Strings sort by their bytes, whatever they hold, and a prefix of a string is
// a prefix of its key.
func TestStringKeysSort(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune{0, 1, 'a', 'b', 0x7F, 0xFF, '😀'}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := attr.String(text.Draw(t, "a")), attr.String(text.Draw(t, "b"))
		if got, want := bytes.Compare(a.AppendKey(nil), b.AppendKey(nil)), strings.Compare(a.Text, b.Text); got != want {
			t.Fatalf("%q against %q: got %d, want %d", a.Text, b.Text, got, want)
		}
		if !bytes.HasPrefix(attr.String(a.Text+b.Text).AppendKey(nil), a.AppendKeyPrefix(nil)) {
			t.Fatalf("the key of %q doesn't begin as %q does", a.Text+b.Text, a.Text)
		}
	})
}

// Sizes are those of AWS's published rules.
func TestSizes(t *testing.T) {
	for wire, want := range map[string]int{
		`{"a":{"S":"héé"}}`: 1 + 5, `{"ab":{"N":"5"}}`: 2 + 2, `{"a":{"N":"12345"}}`: 1 + 4, `{"a":{"N":"-100"}}`: 1 + 3,
		`{"a":{"N":"0"}}`: 1 + 1, `{"a":{"B":"aGVsbG8="}}`: 1 + 5, `{"a":{"BOOL":true}}`: 2, `{"a":{"NULL":true}}`: 2,
		`{"a":{"L":[]}}`: 1 + 3, `{"a":{"L":[{"S":"xy"},{"N":"1"}]}}`: 1 + 3 + 2 + 2 + 2, `{"a":{"M":{"k":{"S":"v"}}}}`: 1 + 3 + 1 + 1 + 1,
		`{"a":{"SS":["xy","z"]}}`: 1 + 3, `{}`: 0,
	} {
		var item attr.Item
		if err := json.Unmarshal([]byte(wire), &item); err != nil {
			t.Fatal(err)
		}
		if got := item.Size(); got != want {
			t.Errorf("%s: got %d bytes, want %d", wire, got, want)
		}
	}
}
