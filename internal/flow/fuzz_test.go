package flow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A file that is taken means the same when it is written otherwise: on one line,
// as JSON would have it, with its aliases followed. One that is refused says so
// with a line and a column in it.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"../../flows.yaml", "../../e2e/testdata/cases/flows.yaml"} {
		sample, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sample)
	}
	for _, seed := range []string{
		requestFlow, head + "    fields: [{name: a, type: duration}, {name: b, type: string, when: {a: [1h, 60], c: x}, default_from: c}, {name: c, type: string, prefetch: true, depends_on: [a]}]\n", head + "    vars: {a: 1.5, b: [true, null], c: {d: \"\\u0007\"}}\n", head + "    targets: [{id: a, settings: &s {x: 1}}, {id: b, settings: *s}]\n",
		"flows: &a [*a]", "flows:\n- {name: a, name: b}", "\"flows\": !!seq []", "a: b: c", "%YAML 1.2\n---\n{}", "\t", "flows: [{? [x] : 1}]", head + "---\n{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := flow.Parse("f", raw)
		if err != nil {
			refused(t, raw, file, err)
			return
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(raw, &doc); err != nil {
			t.Fatalf("%q is taken, and read again: %v", raw, err)
		}
		other := rewritten(doc.Content[0])
		again, err := flow.Parse("f", other)
		if err != nil {
			t.Fatalf("%q is taken, but not as %q: %v", raw, other, err)
		}
		unplaced := cmp.Options{cmpopts.IgnoreFields(flow.Error{}, "Line", "Column"), cmpopts.IgnoreUnexported(flow.FunctionUse{}, flow.Directory{}), cmpopts.EquateEmpty()}
		// Places order functions and warnings, and a line has one for each.
		if diff := cmp.Diff(file.Flows, again.Flows, unplaced); diff != "" {
			t.Fatalf("%q is not what %q is (-it +other):\n%s", raw, other, diff)
		}
		if diff := cmp.Diff(file.Directory, again.Directory, unplaced); diff != "" {
			t.Fatalf("%q is not what %q is (-it +other):\n%s", raw, other, diff)
		}
		for i := range file.Flows {
			one, err := file.Flows[i].Version()
			if err != nil {
				t.Fatal(err)
			}
			if two, err := again.Flows[i].Version(); err != nil || one != two {
				t.Fatalf("%q: the versions are %s and %s (%v)", raw, one, two, err)
			}
		}
	})
}

// refused holds the mistakes of a file to what they must say.
func refused(t *testing.T, raw []byte, file *flow.File, err error) {
	t.Helper()
	var mistakes *flow.Errors
	if file != nil || !errors.As(err, &mistakes) || len(mistakes.List) == 0 {
		t.Fatalf("%q: %v, without mistakes", raw, err)
	}
	lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(string(raw)), "\n") + 1
	for _, m := range mistakes.List {
		if m.Line < 1 || m.Column < 1 || m.Detail == "" || len(raw) < 1000 && m.Line > lines+1 {
			t.Fatalf("%q, of %d lines: %+v", raw, lines, m)
		}
	}
}

// rewritten writes a node on one line: texts in double quotes, everything else
// as it was.
func rewritten(n *yaml.Node) []byte {
	var b bytes.Buffer
	rewrite(&b, n)
	return b.Bytes()
}

func rewrite(b *bytes.Buffer, n *yaml.Node) {
	switch n.Kind {
	case yaml.AliasNode:
		rewrite(b, n.Alias)
	case yaml.MappingNode:
		b.WriteString("{")
		for i := 0; i < len(n.Content); i += 2 {
			rewrite(b, n.Content[i])
			b.WriteString(": ")
			rewrite(b, n.Content[i+1])
			b.WriteString(", ")
		}
		b.WriteString("}")
	case yaml.SequenceNode:
		b.WriteString("[")
		for _, item := range n.Content {
			rewrite(b, item)
			b.WriteString(", ")
		}
		b.WriteString("]")
	default:
		if n.ShortTag() != "!!str" {
			b.WriteString(n.Value)
			return
		}
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		_ = e.Encode(n.Value) // a string always can be
		b.Truncate(b.Len() - 1)
	}
}
