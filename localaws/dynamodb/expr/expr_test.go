package expr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
)

func read(t testing.TB, wire string) attr.Item {
	t.Helper()
	var item attr.Item
	if err := json.Unmarshal([]byte(wire), &item); err != nil {
		t.Fatal(err)
	}
	return item
}

func params(t testing.TB, names map[string]string, values string) *expr.Params {
	t.Helper()
	var read map[string]attr.Value
	if values != "" {
		if err := json.Unmarshal([]byte(values), &read); err != nil {
			t.Fatal(err)
		}
	}
	p, err := expr.NewParams(names, read)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const document = `{"a":{"N":"1"},"m":{"M":{"x":{"S":"y"},"l":{"L":[{"N":"0"},{"N":"1"},{"M":{"z":{"N":"2"}}}]}}},"l":{"L":[{"S":"p"},{"S":"q"},{"S":"r"}]}}`

func TestProjection(t *testing.T) {
	for source, want := range map[string]string{
		"a":                   `{"a":{"N":"1"}}`,
		"a, b":                `{"a":{"N":"1"}}`,
		"#dot":                `{}`,
		"m.x":                 `{"m":{"M":{"x":{"S":"y"}}}}`,
		"m.l[2].z, m.l[0]":    `{"m":{"M":{"l":{"L":[{"N":"0"},{"M":{"z":{"N":"2"}}}]}}}}`,
		"l[2], l[0], l[7]":    `{"l":{"L":[{"S":"p"},{"S":"r"}]}}`,
		"a.x, l.x, m[0], q.r": `{}`,
		"m.x.y":               `{}`,
		"m, a":                `{"a":{"N":"1"},"m":{"M":{"l":{"L":[{"N":"0"},{"N":"1"},{"M":{"z":{"N":"2"}}}]},"x":{"S":"y"}}}}`,
	} {
		p, err := expr.ParseProjection(source, params(t, map[string]string{"#dot": "m.x"}, ""))
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		got, err := json.Marshal(p.Of(read(t, document)))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

// An expression may hold 300 operators and functions, and a path 32 levels.
func TestLimits(t *testing.T) {
	chain := func(n int) string { return strings.TrimSuffix(strings.Repeat("a<:v OR ", n), " OR ") }
	path := func(depth int) string { return "a" + strings.Repeat("[0]", depth) + "=:v" }
	for source, fits := range map[string]bool{chain(150): true, chain(151): false, path(31): true, path(32): false} {
		_, err := expr.ParseCondition(expr.FilterExpression, source, params(t, nil, `{":v":{"N":"1"}}`))
		if fits && err != nil {
			t.Errorf("%.20s… of %d bytes: %v", source, len(source), err)
		}
		if !fits && (err == nil || !strings.HasPrefix(err.Error(), "Invalid FilterExpression: The ")) {
			t.Errorf("%.20s… of %d bytes: got error %v, want it refused", source, len(source), err)
		}
	}
}

// An update leaves its input unchanged, deep down too.
func TestUpdateChangesNothingInPlace(t *testing.T) {
	before, untouched := read(t, document), read(t, document)
	for _, source := range []string{
		"SET m.l[2].z = :n, m.x = :n, l[1] = :n", "REMOVE m.l[0], l[0], l[2], a", "ADD a :n", "SET m.l[9] = :n REMOVE m.l[1]",
	} {
		values := `{":n":{"N":"7"}}`
		if !strings.Contains(source, ":n") {
			values = ""
		}
		u, err := expr.ParseUpdate(source, params(t, nil, values))
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		after, err := u.Apply(before)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if attr.EqualItems(after, before) {
			t.Errorf("%s changed nothing", source)
		}
		if !attr.EqualItems(before, untouched) {
			t.Fatalf("%s changed the item before it", source)
		}
	}
}

// Whatever is parsed as any kind of expression is taken or refused with an
// *Invalid of the service's form; what is taken can be evaluated.
func FuzzParse(f *testing.F) {
	for _, source := range []string{
		"a = :v", "#n.b[0] <> :v AND NOT (contains(l, :v) or size(m) >= :w)", "a BETWEEN :v AND :w", "a IN (:v, :w)",
		"SET a = if_not_exists(a, :v) + :w, l[1] = list_append(l, :l) REMOVE m.x ADD n :v DELETE s :s", "a, m.x, l[0]",
		"pk = :v AND begins_with(sk, :t)", "((a = :v))", "attribute_type(a, :t)", "(", "SET", "a[99999999999999999999]", "\xff:v#é",
	} {
		f.Add(source)
	}
	var item attr.Item
	if err := json.Unmarshal([]byte(document), &item); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p := params(t, map[string]string{"#n": "m"}, `{":v":{"N":"1"},":w":{"N":"2"},":t":{"S":"S"},":l":{"L":[]},":s":{"SS":["a"]}}`)
		check := func(err error) bool {
			var invalid *expr.Invalid
			var value *attr.Invalid
			if err != nil && !errors.As(err, &invalid) && !errors.As(err, &value) || err != nil && err.Error() == "" {
				t.Errorf("%q: got error %v of type %T", source, err, err)
			}
			return err == nil
		}
		if c, err := expr.ParseCondition(expr.ConditionExpression, source, p); check(err) {
			if again := c.Holds(item); again != c.Holds(item) || len(c.Names()) > len(source) {
				t.Errorf("%q holds and doesn't", source)
			}
			c.Holds(nil)
		}
		if u, err := expr.ParseUpdate(source, p); check(err) {
			if after, err := u.Apply(item); check(err) && after == nil {
				t.Errorf("%q made no item", source)
			}
		}
		if projection, err := expr.ParseProjection(source, p); check(err) {
			if of := projection.Of(item); len(of) > len(item) {
				t.Errorf("%q added attributes", source)
			}
		}
		_, err := expr.ParseKeyCondition(source, "pk", "sk", p)
		check(err)
	})
}
