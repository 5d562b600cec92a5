package flow_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// docs/flows.md names every key: those of the schema, which a test
// holds to the parser's.
func TestDocsTellEveryKey(t *testing.T) {
	docs, err := os.ReadFile("../../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	told := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for key := range properties {
					told++
					if !regexp.MustCompile("[`.{ ]" + key + "[`:]").Match(docs) {
						t.Errorf("docs/flows.md doesn't tell the key %s", key)
					}
				}
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(schema)
	if told < 40 {
		t.Errorf("the schema has %d keys: the test doesn't find them", told)
	}
}

// The example in the docs is right.
func TestDocsExample(t *testing.T) {
	docs, err := os.ReadFile("../../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(docs), "```yaml\n")
	example, _, ended := strings.Cut(example, "```")
	if !found || !ended {
		t.Fatal("there is no example")
	}
	file, err := flow.Parse("docs/flows.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Warnings) > 0 {
		t.Errorf("warnings: %+v", file.Warnings)
	}
}
