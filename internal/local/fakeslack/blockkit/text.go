package blockkit

// maxText limits a text object that has no limit of its own.
const maxText = 3000

// plain is the rule of a text object of the type plain_text.
func plain(most int) rule {
	r := object(members{"type": word("plain_text"), "text": str(1, most), "emoji": boolean}, "type", "text")
	return func(c *check, at string, v any) {
		if m, is := v.(map[string]any); is && m["type"] == "mrkdwn" {
			c.fail(at+"/type", "must be a plain_text object")
			return
		}
		r(c, at, v)
	}
}

// text is the rule of a text object of either type.
func text(most int) rule {
	return byType(map[string]rule{
		"plain_text": plain(most),
		"mrkdwn":     object(members{"type": word("mrkdwn"), "text": str(1, most), "verbatim": boolean}, "type", "text"),
	})
}

// confirm is the rule of the dialog that asks whether an action is meant.
var confirm = object(members{
	"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30), "style": word("primary", "danger"),
}, "title", "text", "confirm", "deny")

// option is the rule of an option. That of a menu has a plain text.
func option(t func(int) rule) rule {
	return object(members{"text": t(75), "value": str(1, 150), "description": t(75), "url": str(1, 3000)}, "text", "value")
}

// options is the rule of a list of options of which no two have the same value.
func options(least, most int, t func(int) rule) rule {
	r := list(least, most, option(t))
	return func(c *check, at string, v any) {
		r(c, at, v)
		seen := map[any]bool{}
		items, _ := v.([]any)
		for _, x := range items {
			m, _ := x.(map[string]any)
			if value := m["value"]; value != nil {
				if seen[value] {
					c.fail(at, "two options have the value %q", value)
				}
				seen[value] = true
			}
		}
	}
}

// optionGroups is the rule of a menu's groups of options.
var optionGroups = list(1, 100, object(members{"label": plain(75), "options": options(1, 100, plain)}, "label", "options"))
