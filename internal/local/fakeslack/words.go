package fakeslack

import (
	"encoding/json"
	"strings"
)

// words returns the texts of blocks, in the order in which they are shown, a line each.
func words(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	var lines []string
	gather(v, &lines)
	return strings.Join(lines, "\n")
}

// shown are the members of blocks that hold texts, in the order in which Slack shows
// them.
var shown = []string{"title", "text", "fields", "label", "elements", "element", "accessory", "options", "option_groups", "placeholder", "initial_value", "hint", "description", "alt_text"}

func gather(v any, lines *[]string) {
	switch x := v.(type) {
	case []any:
		for _, item := range x {
			gather(item, lines)
		}
	case map[string]any:
		if x["type"] == "rich_text_section" || x["type"] == "rich_text_quote" || x["type"] == "rich_text_preformatted" {
			var parts []string
			gather(x["elements"], &parts)
			*lines = append(*lines, strings.Join(parts, ""))
			return
		}
		for _, name := range shown {
			if s, is := x[name].(string); is {
				*lines = append(*lines, s)
			} else if x[name] != nil {
				gather(x[name], lines)
			}
		}
	}
}
