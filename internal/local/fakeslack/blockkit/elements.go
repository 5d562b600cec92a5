package blockkit

import (
	"fmt"
	"reflect"
)

// element returns the rule of an interactive element, with the members that all have.
func element(kind string, may members, required ...string) rule {
	all := members{"type": word(kind), "action_id": str(1, 255)}
	for name, r := range may {
		all[name] = r
	}
	return object(all, append([]string{"type"}, required...)...)
}

// field is the rule of an element that a person fills in or chooses from.
func field(kind string, may members, required ...string) rule {
	all := members{"placeholder": plain(150), "focus_on_load": focus}
	for name, r := range may {
		all[name] = r
	}
	return element(kind, all, required...)
}

// focus is the rule of focus_on_load: one element of a view may have it.
func focus(c *check, at string, v any) {
	on, is := v.(bool)
	switch {
	case !is:
		c.fail(at, "must provide a boolean")
	case on && c.focus:
		c.fail(at, "only one element may set focus_on_load")
	}
	c.focus = c.focus || on
}

var button = element("button", members{
	"text": plain(75), "url": str(1, 3000), "value": str(1, 2000), "style": word("primary", "danger"),
	"confirm": confirm, "accessibility_label": str(1, 75),
}, "text")

// menu returns the rule of a menu with options that are listed in the body.
func menu(kind, initial string, r rule, more members) rule {
	may := members{"options": options(1, 100, plain), "option_groups": optionGroups, initial: r, "confirm": confirm}
	for name, x := range more {
		may[name] = x
	}
	return also(field(kind, may), func(c *check, at string, m map[string]any) {
		if (m["options"] == nil) == (m["option_groups"] == nil) {
			c.fail(at, "must define either options or option_groups")
		}
		initials, many := m[initial].([]any)
		if !many && m[initial] != nil {
			initials = []any{m[initial]}
		}
		for _, x := range initials {
			if !offers(m, x) {
				c.fail(at+"/"+initial, "must be among the options")
			}
		}
	})
}

// offers reports whether an option is among those of a menu.
func offers(menu map[string]any, o any) bool {
	lists := []any{menu["options"]}
	groups, _ := menu["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(map[string]any)
		lists = append(lists, group["options"])
	}
	for _, l := range lists {
		items, _ := l.([]any)
		for _, x := range items {
			if reflect.DeepEqual(x, o) {
				return true
			}
		}
	}
	return false
}

var (
	several = whole(1, 100)
	choice  = func(kind string, t func(int) rule) rule {
		initial, r := "initial_options", list(1, 10, option(t))
		if kind == "radio_buttons" {
			initial, r = "initial_option", option(t)
		}
		return element(kind, members{"options": options(1, 10, t), initial: r, "confirm": confirm, "focus_on_load": focus}, "options")
	}
	date = str(10, 10)
)

var textInput = also(field("plain_text_input", members{
	"initial_value": str(0, 3000), "multiline": boolean, "min_length": whole(0, 3000), "max_length": whole(1, 3000),
	"dispatch_action_config": object(members{"trigger_actions_on": list(1, 2, word("on_enter_pressed", "on_character_entered"))}),
}), func(c *check, at string, m map[string]any) {
	initial, _ := m["initial_value"].(string)
	most, limited := m["max_length"].(float64)
	least, _ := m["min_length"].(float64)
	switch n := float64(Length(initial)); {
	case limited && n > most:
		c.fail(at+"/initial_value", "must be less than %v characters", most+1)
	case initial != "" && n < least:
		c.fail(at+"/initial_value", "must be more than %v characters", least-1)
	}
	if limited && least > most {
		c.fail(at+"/min_length", "must not be greater than max_length")
	}
})

var numberInput = also(field("number_input", members{
	"is_decimal_allowed": boolean, "initial_value": decimal, "min_value": decimal, "max_value": decimal,
}, "is_decimal_allowed"), func(c *check, at string, m map[string]any) {
	number := func(name string) (n float64, has bool) {
		s, is := m[name].(string)
		_, err := fmt.Sscan(s, &n)
		return n, is && err == nil
	}
	least, low := number("min_value")
	most, high := number("max_value")
	n, has := number("initial_value")
	switch {
	case low && high && least > most:
		c.fail(at+"/min_value", "must not be greater than max_value")
	case has && (low && n < least || high && n > most):
		c.fail(at+"/initial_value", "must be from min_value to max_value")
	}
})

// elements are the interactive elements, by type.
var elements = map[string]rule{
	"button":                button,
	"static_select":         menu("static_select", "initial_option", option(plain), nil),
	"multi_static_select":   menu("multi_static_select", "initial_options", list(1, 100, option(plain)), members{"max_selected_items": several}),
	"external_select":       field("external_select", members{"initial_option": option(plain), "min_query_length": whole(0, 3000), "confirm": confirm}),
	"multi_external_select": field("multi_external_select", members{"initial_options": list(1, 100, option(plain)), "min_query_length": whole(0, 3000), "max_selected_items": several, "confirm": confirm}),
	"users_select":          field("users_select", members{"initial_user": str(1, 255), "confirm": confirm}),
	"multi_users_select":    field("multi_users_select", members{"initial_users": list(1, 100, str(1, 255)), "max_selected_items": several, "confirm": confirm}),
	"overflow":              element("overflow", members{"options": options(1, 5, plain), "confirm": confirm}, "options"),
	"checkboxes":            choice("checkboxes", text),
	"radio_buttons":         choice("radio_buttons", text),
	"datepicker":            field("datepicker", members{"initial_date": date, "confirm": confirm}),
	"timepicker":            field("timepicker", members{"initial_time": str(5, 5), "timezone": str(1, 255), "confirm": confirm}),
	"datetimepicker":        field("datetimepicker", members{"initial_date_time": whole(1e9, 1e10-1), "confirm": confirm}),
	"plain_text_input":      textInput,
	"number_input":          numberInput,
	"email_text_input":      field("email_text_input", members{"initial_value": str(0, 3000)}),
	"url_text_input":        field("url_text_input", members{"initial_value": str(0, 3000)}),
}

// only returns the rule of an element of a few types.
func only(kinds ...string) rule {
	some := map[string]rule{}
	for _, kind := range kinds {
		some[kind] = elements[kind]
	}
	return byType(some)
}

var picture = object(members{"type": word("image"), "image_url": str(1, 3000), "alt_text": str(1, 2000)}, "type", "image_url", "alt_text")

var (
	inActions = only("button", "static_select", "multi_static_select", "external_select", "multi_external_select", "users_select", "multi_users_select",
		"overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker")
	inInput = only("static_select", "multi_static_select", "external_select", "multi_external_select", "users_select", "multi_users_select",
		"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker", "plain_text_input", "number_input", "email_text_input", "url_text_input")
	besideSection = func(c *check, at string, v any) {
		if m, is := v.(map[string]any); is && m["type"] == "image" {
			picture(c, at, v)
			return
		}
		inActions(c, at, v)
	}
)
