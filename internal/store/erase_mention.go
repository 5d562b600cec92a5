package store

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// holds reports whether any text of an item may hold a name: what is to be read in
// whole.
func holds(it item, who run.Names) bool {
	for _, value := range it {
		text := strings.ToLower(stringOf(value))
		for _, name := range who {
			if strings.Contains(text, strings.ToLower(name)) {
				return true
			}
		}
	}
	return false
}

// mentions reports whether a part of an item's keys, or a text in it, is or
// mentions a name.
func mentions(it item, who run.Names) bool {
	for _, value := range it {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			if mentionsText(v.Value, who) {
				return true
			}
		case *types.AttributeValueMemberSS:
			for _, text := range v.Value {
				if who.In(text) {
					return true
				}
			}
		}
	}
	return false
}

func mentionsText(text string, who run.Names) bool {
	var tree any
	if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &tree) == nil {
		return mentionsValue(tree, who)
	}
	if who.In(text) {
		return true
	}
	for _, part := range strings.Split(text, "#") {
		if who.In(unescapeKey(part)) {
			return true
		}
	}
	return false
}

func mentionsValue(v any, who run.Names) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, item := range v {
			if who.In(name) || mentionsValue(item, who) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if mentionsValue(item, who) {
				return true
			}
		}
	case string:
		return who.In(v)
	}
	return false
}
