package asl_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// A path finds a property by the very name in its brackets, whatever characters
// that has: a backslash is one of them.
func TestNamesInBrackets(t *testing.T) {
	engine := asl.NewEngine(nil, nil, "")
	defer engine.Close()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.RuneFrom([]rune(`\"{}[]().,-$@?*: ab`+"\té\U0001F600")), 1, 12, -1).Draw(t, "name")
		if trailing := len(name) - len(strings.TrimRight(name, `\`)); trailing%2 == 1 {
			t.Skip("its last backslash would keep the quote from ending the name")
		}
		quote := rapid.SampledFrom([]string{"'", `"`}).Draw(t, "quote")
		if quote == `"` && strings.Contains(name, `"`) || strings.Contains(name, "?") {
			t.Skip("it ends the name, or makes a filter")
		}
		inside := rapid.SampledFrom([]string{"", "States.JsonToString("}).Draw(t, "function")
		text := "$[" + quote + name + quote + "]"
		want := `7`
		if inside != "" {
			text, want = inside+text+")", `"7"`
		}
		definition, _ := json.Marshal(map[string]any{"StartAt": "P", "States": map[string]any{"P": map[string]any{
			"Type": "Pass", "Parameters": map[string]any{"v.$": text}, "End": true,
		}}})
		machine, err := asl.Parse(definition, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		input, _ := json.Marshal(map[string]any{name: 7, "other": 8})
		x, err := engine.Start(asl.Start{Machine: machine, Input: input})
		if err != nil {
			t.Fatal(err)
		}
		<-x.Done()
		if got := string(x.State().Output); got != `{"v":`+want+`}` {
			t.Fatalf("%s of %s is %s", text, input, got)
		}
	})
}
