package engine_test

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/functions"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// Each function of the engine has a place in the list, and in the template.
func TestFunctions(t *testing.T) {
	var names, readers []string
	var doc yaml.Node
	if err := yaml.Load(fasttrack.Template, &doc); err != nil {
		t.Fatal(err)
	}
	resources := folder.Member(doc.Content[0], "Resources")
	for _, f := range engine.Functions {
		names = append(names, f.Name)
		if f.ReadsFlows {
			readers = append(readers, f.Name)
		}
		if r := folder.Member(folder.Member(resources, f.LogicalID), "Type"); r == nil || r.Value != "AWS::Serverless::Function" {
			t.Errorf("%s: the template has no such function", f.LogicalID)
		}
	}
	if !slices.Equal(names, functions.Names()) {
		t.Errorf("the functions are %q, want %q", names, functions.Names())
	}
	if !slices.Equal(readers, functions.ReadFlows()) {
		t.Errorf("those that read flows.yaml are %q, want %q", readers, functions.ReadFlows())
	}
}

// A person who types the argument, and a command line that runs in somebody's Lambda
// function, become no function of the engine.
func TestStarted(t *testing.T) {
	commands, err := engine.Commands()
	if err != nil {
		t.Fatal(err)
	}
	record := commands["RecordFunction"]
	for name, c := range map[string]struct {
		args []string
		api  string
		want string
	}{
		"as the local service starts it": {record[1:], "127.0.0.1:9001", "record"},
		"typed":                          {record[1:], "", ""},
		"a command, in Lambda":           {[]string{"flows", "check"}, "127.0.0.1:9001", ""},
		"nothing, in Lambda":             {nil, "127.0.0.1:9001", ""},
		"with more":                      {append(slices.Clone(record[1:]), "x"), "127.0.0.1:9001", ""},
	} {
		got, is := engine.Started(c.args, func(string) string { return c.api })
		if got != c.want || is != (c.want != "") {
			t.Errorf("%s: got %q, %v, want %q", name, got, is, c.want)
		}
	}
}
