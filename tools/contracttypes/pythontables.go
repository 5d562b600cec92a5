package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// limits are the numbers of the contract that the SDK goes by, and where
// hook-answer.v1.json has them.
var limits = []struct{ name, path string }{
	{"MAX_REASON", "answer/properties/reason/maxLength"},
	{"MAX_CHECKS", "answer/properties/checks/maxItems"},
	{"MAX_CHECK_TEXT", "check/properties/name/maxLength"},
	{"MAX_FLOWS", "answer/properties/flows/maxItems"},
	{"MAX_PRINCIPALS", "permissions/properties/approvers/maxItems"},
	{"MAX_PRINCIPAL", "principal/maxLength"},
	{"MAX_APPROVALS", "permissions/properties/approvals/oneOf/0/maximum"},
	{"MAX_REVIEW_SECONDS", "permissions/properties/timeout_seconds/maximum"},
	{"MAX_NOTIFICATIONS", "notifications/maxItems"},
	{"MAX_NOTIFIED", "notifications/items/properties/to/maxItems"},
	{"MAX_OPTIONS", "prefetch/properties/options/maxItems"},
	{"MAX_OPTION_TEXT", "prefetch/properties/options/items/properties/value/maxLength"},
}

// pythonTables writes what the SDK looks up while it runs.
func pythonTables(b *strings.Builder, dir string, asked, answer schema) error {
	var events []string
	for _, e := range asked.Defs[lastOf(asked.Else.Ref)].Properties["event"].Properties["name"].Enum {
		events = append(events, string(e))
	}
	fmt.Fprintf(b, "\n# The events of a request's life.\nEVENTS: Tuple[str, ...] = (%s)\n", strings.Join(events, ", "))
	fmt.Fprintf(b, "\n# The hooks, in the order of a request's life, and the transitions that each may return.\nTRANSITIONS: Dict[str, Tuple[str, ...]] = {\n")
	for _, raw := range answer.Defs["hook"].Enum {
		var hook string
		if err := json.Unmarshal(raw, &hook); err != nil {
			return err
		}
		var may []string
		for _, transition := range answer.Defs[hook].Properties["transition"].Enum {
			may = append(may, string(transition))
		}
		fmt.Fprintf(b, "    %q: (%s),\n", hook, tuple(may))
	}
	b.WriteString("}\n\n# The limits on a response. Those of texts are in characters.\n")
	raw, err := os.ReadFile(filepath.Join(dir, "hook-answer.v1.json"))
	if err != nil {
		return err
	}
	var document struct {
		Defs any `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		return err
	}
	for _, limit := range limits {
		n, is := at(document.Defs, strings.Split(limit.path, "/")).(float64)
		if !is {
			return fmt.Errorf("hook-answer.v1.json has no number at $defs/%s", limit.path)
		}
		fmt.Fprintf(b, "%s = %d\n", limit.name, int(n))
	}
	return nil
}

func tuple(of []string) string {
	if len(of) == 1 {
		return of[0] + ","
	}
	return strings.Join(of, ", ")
}

// at returns the value at a path in a JSON document; nil for none.
func at(v any, path []string) any {
	if len(path) == 0 {
		return v
	}
	switch in := v.(type) {
	case map[string]any:
		return at(in[path[0]], path[1:])
	case []any:
		if i := slices.Index([]string{"0", "1"}, path[0]); i >= 0 && i < len(in) {
			return at(in[i], path[1:])
		}
	}
	return nil
}
