package schema_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/custom"
)

func strategySchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func conforms(t *testing.T, s *jsonschema.Schema, document string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// What the Go types write is what the schema says, and so is the example of the
// documentation.
func TestStrategyAsked(t *testing.T) {
	s := strategySchema(t, "strategy-asked.v1.json")
	raw, err := json.Marshal(custom.Asked{
		Version: custom.Version, Operation: custom.Give, RunID: "r", Fence: 1, Person: run.Person{ID: "a", Groups: []string{"g"}},
		Target: strategy.Target{ID: "t", Settings: json.RawMessage(`{}`)}, Config: json.RawMessage(`{}`), DurationSeconds: 60,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conforms(t, s, string(raw)); err != nil {
		t.Error(err)
	}
	docs, err := os.ReadFile("../docs/strategies.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(docs), "```json\n")
	if len(blocks) != 4 {
		t.Fatalf("docs/strategies.md has %d examples", len(blocks)-1)
	}
	for i, schema := range []*jsonschema.Schema{
		strategySchema(t, "strategy-request.v2.json"), strategySchema(t, "strategy-response.v2.json#/$defs/give"), s,
	} {
		example, _, _ := strings.Cut(blocks[i+1], "```")
		if err := conforms(t, schema, example); err != nil {
			t.Errorf("example %d of docs/strategies.md: %v", i+1, err)
		}
	}
	if conforms(t, s, `{"version":"1","operation":"steal"}`) == nil {
		t.Error("the schema takes anything")
	}
}

func TestStrategyAnswered(t *testing.T) {
	s := strategySchema(t, "strategy-answered.v1.json")
	for document, well := range map[string]bool{
		`{"has_access":true}`: true, `{"version":"1","has_access":false}`: true, `{"refused":"no such user"}`: true,
		`{}`: false, `{"has_access":"yes"}`: false, `{"has_access":true,"more":1}`: false, `{"version":"2","has_access":true}`: false,
	} {
		if err := conforms(t, s, document); (err == nil) != well {
			t.Errorf("%s: %v", document, err)
		}
	}
}
