package blockkit_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
)

type object = map[string]any

func plain(n int) object { return object{"type": "plain_text", "text": strings.Repeat("a", n)} }

func mrkdwn(n int) object { return object{"type": "mrkdwn", "text": strings.Repeat("a", n)} }

func letters(n int) string { return strings.Repeat("a", n) }

// many returns a list of n items of which no two are the same.
func many(n int, item func(i int) any) []any {
	list := []any{}
	for i := range n {
		list = append(list, item(i))
	}
	return list
}

func option(i int) any { return object{"text": plain(1), "value": fmt.Sprint("v", i)} }

func with(o object, members object) object {
	out := object{}
	for _, from := range []object{o, members} {
		for name, v := range from {
			if v == nil {
				delete(out, name)
				continue
			}
			out[name] = v
		}
	}
	return out
}

var (
	section = object{"type": "section", "text": plain(1)}
	button  = object{"type": "button", "action_id": "a", "text": plain(1)}
	choose  = object{"type": "static_select", "action_id": "a", "options": many(2, option)}
	typed   = object{"type": "plain_text_input", "action_id": "a"}
	number  = object{"type": "number_input", "action_id": "a", "is_decimal_allowed": false}
	modal   = object{"type": "modal", "title": plain(1), "blocks": []any{section}}
	dialog  = object{"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)}
)

func actions(elements ...any) object { return object{"type": "actions", "elements": elements} }

func input(e object) object { return object{"type": "input", "label": plain(1), "element": e} }

func sectioned(members object) object { return with(section, members) }

func rich(elements ...any) object {
	return object{"type": "rich_text", "elements": append([]any{}, elements...)}
}

func line(parts ...any) object {
	return object{"type": "rich_text_section", "elements": append([]any{}, parts...)}
}

// Each limit of Slack's reference: the greatest value that is taken, and the least that is
// refused.
func TestLimitsOfBlocks(t *testing.T) {
	for _, tc := range []struct {
		of            string
		taken, beyond any
		why           string
	}{
		{"a header", object{"type": "header", "text": plain(150)}, object{"type": "header", "text": plain(151)}, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"a header's type", object{"type": "header", "text": plain(1)}, object{"type": "header", "text": mrkdwn(1)}, "must be a plain_text object [json-pointer:/blocks/0/text/type]"},
		{"a section's text", sectioned(object{"text": plain(3000)}), sectioned(object{"text": plain(3001)}), "must be less than 3001 characters"},
		{"an empty text", sectioned(object{"text": plain(1)}), sectioned(object{"text": plain(0)}), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"a section without text", object{"type": "section", "fields": []any{plain(1)}}, object{"type": "section"}, "must define either `text` or `fields`"},
		{"a section's fields", sectioned(object{"fields": many(10, func(int) any { return plain(1) })}), sectioned(object{"fields": many(11, func(int) any { return plain(1) })}), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"a field", sectioned(object{"fields": []any{mrkdwn(2000)}}), sectioned(object{"fields": []any{mrkdwn(2001)}}), "must be less than 2001 characters"},
		{"emoji in mrkdwn", sectioned(object{"text": with(plain(1), object{"emoji": true})}), sectioned(object{"text": with(mrkdwn(1), object{"emoji": true})}), "invalid additional property: emoji"},
		{"an unknown member", section, sectioned(object{"colour": "red"}), "invalid additional property: colour [json-pointer:/blocks/0]"},
		{"an unknown block", section, object{"type": "sectoin"}, "unsupported type: sectoin [json-pointer:/blocks/0/type]"},
		{"no type", section, object{}, "missing required field: type"},
		{"no object", section, "section", "must provide an object"},
		{"block_id", sectioned(object{"block_id": letters(255)}), sectioned(object{"block_id": letters(256)}), "must be less than 256 characters"},
		{"a section's accessory", sectioned(object{"accessory": button}), sectioned(object{"accessory": typed}), "unsupported type: plain_text_input"},
		{"a picture", sectioned(object{"accessory": object{"type": "image", "image_url": letters(3000), "alt_text": letters(2000)}}), sectioned(object{"accessory": object{"type": "image", "image_url": letters(3001), "alt_text": "a"}}), "must be less than 3001 characters"},
		{"an image's text", object{"type": "image", "image_url": "a", "alt_text": letters(2000), "title": plain(2000)}, object{"type": "image", "image_url": "a", "alt_text": letters(2001)}, "must be less than 2001 characters"},
		{"a context", object{"type": "context", "elements": many(10, func(int) any { return plain(1) })}, object{"type": "context", "elements": many(11, func(int) any { return plain(1) })}, "no more than 10 items allowed"},
		{"an empty context", object{"type": "context", "elements": []any{plain(3000)}}, object{"type": "context", "elements": []any{}}, "no fewer than 1 items allowed"},
		{"a button in a context", object{"type": "context", "elements": []any{mrkdwn(1)}}, object{"type": "context", "elements": []any{button}}, "unsupported type: button"},
		{"actions", actions(many(25, func(i int) any { return with(button, object{"action_id": fmt.Sprint(i)}) })...), actions(many(26, func(i int) any { return with(button, object{"action_id": fmt.Sprint(i)}) })...), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"action_id twice", actions(button, with(button, object{"action_id": "b"})), actions(button, button), `action_id "a" is not unique`},
		{"an input's element in actions", actions(choose), actions(typed), "unsupported type: plain_text_input"},
		{"action_id", actions(with(button, object{"action_id": letters(255)})), actions(with(button, object{"action_id": letters(256)})), "must be less than 256 characters"},
		{"a button's text", actions(with(button, object{"text": plain(75)})), actions(with(button, object{"text": plain(76)})), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"a button's value", actions(with(button, object{"value": letters(2000)})), actions(with(button, object{"value": letters(2001)})), "must be less than 2001 characters"},
		{"a button's link", actions(with(button, object{"url": letters(3000)})), actions(with(button, object{"url": letters(3001)})), "must be less than 3001 characters"},
		{"a button's style", actions(with(button, object{"style": "danger"})), actions(with(button, object{"style": "default"})), `must be one of ["primary" "danger"]`},
		{"a button's label", actions(with(button, object{"accessibility_label": letters(75)})), actions(with(button, object{"accessibility_label": letters(76)})), "must be less than 76 characters"},
		{"a dialog's title", actions(with(button, object{"confirm": with(dialog, object{"title": plain(100)})})), actions(with(button, object{"confirm": with(dialog, object{"title": plain(101)})})), "must be less than 101 characters"},
		{"a dialog's text", actions(with(button, object{"confirm": with(dialog, object{"text": plain(300)})})), actions(with(button, object{"confirm": with(dialog, object{"text": plain(301)})})), "must be less than 301 characters"},
		{"a dialog's buttons", actions(with(button, object{"confirm": with(dialog, object{"deny": plain(30)})})), actions(with(button, object{"confirm": with(dialog, object{"deny": plain(31)})})), "must be less than 31 characters"},
		{"options", actions(with(choose, object{"options": many(100, option)})), actions(with(choose, object{"options": many(101, option)})), "no more than 100 items allowed"},
		{"no options", actions(choose), actions(with(choose, object{"options": []any{}})), "no fewer than 1 items allowed"},
		{"neither options nor groups", actions(choose), actions(with(choose, object{"options": nil})), "must define either options or option_groups"},
		{"groups", actions(with(choose, object{"options": nil, "option_groups": many(100, func(int) any { return object{"label": plain(75), "options": many(1, option)} })})), actions(with(choose, object{"options": nil, "option_groups": many(101, func(int) any { return object{"label": plain(1), "options": many(1, option)} })})), "no more than 100 items allowed"},
		{"a group's label", actions(choose), actions(with(choose, object{"options": nil, "option_groups": []any{object{"label": plain(76), "options": many(1, option)}}})), "must be less than 76 characters"},
		{"an option's text", actions(with(choose, object{"options": []any{object{"text": plain(75), "value": "v"}}})), actions(with(choose, object{"options": []any{object{"text": plain(76), "value": "v"}}})), "must be less than 76 characters"},
		{"an option's value", actions(with(choose, object{"options": []any{object{"text": plain(1), "value": letters(150)}}})), actions(with(choose, object{"options": []any{object{"text": plain(1), "value": letters(151)}}})), "must be less than 151 characters"},
		{"an option's description", actions(with(choose, object{"options": []any{object{"text": plain(1), "value": "v", "description": plain(75)}}})), actions(with(choose, object{"options": []any{object{"text": plain(1), "value": "v", "description": plain(76)}}})), "must be less than 76 characters"},
		{"options of one value", actions(with(choose, object{"options": []any{option(1), option(2)}})), actions(with(choose, object{"options": []any{option(1), option(1)}})), `two options have the value "v1"`},
		{"a menu's mrkdwn", actions(choose), actions(with(choose, object{"options": []any{object{"text": mrkdwn(1), "value": "v"}}})), "must be a plain_text object"},
		{"an initial option", actions(with(choose, object{"initial_option": option(1)})), actions(with(choose, object{"initial_option": option(7)})), "must be among the options"},
		{"a placeholder", actions(with(choose, object{"placeholder": plain(150)})), actions(with(choose, object{"placeholder": plain(151)})), "must be less than 151 characters"},
		{"an overflow", actions(object{"type": "overflow", "options": many(5, option)}), actions(object{"type": "overflow", "options": many(6, option)}), "no more than 5 items allowed"},
		{"checkboxes", actions(object{"type": "checkboxes", "options": many(10, option)}), actions(object{"type": "checkboxes", "options": many(11, option)}), "no more than 10 items allowed"},
		{"radio buttons", actions(object{"type": "radio_buttons", "options": many(10, option)}), actions(object{"type": "radio_buttons", "options": many(11, option)}), "no more than 10 items allowed"},
		{"rich text", rich(line(object{"type": "text", "text": letters(3000), "style": object{"bold": true}})), rich(line(object{"type": "text", "text": ""})), "must be more than 0 characters"},
		{"a part of rich text", rich(line(object{"type": "emoji", "name": "wave"})), rich(line(object{"type": "mrkdwn", "text": "a"})), "unsupported type: mrkdwn"},
		{"rich text without lines", rich(object{"type": "rich_text_quote", "elements": []any{}}), rich(), "no fewer than 1 items allowed"},
		{"a list of rich text", rich(object{"type": "rich_text_list", "style": "bullet", "elements": []any{line()}}), rich(object{"type": "rich_text_list", "style": "dotted", "elements": []any{line()}}), `must be one of ["bullet" "ordered"]`},
		{"an input's label", with(input(typed), object{"label": plain(2000)}), with(input(typed), object{"label": plain(2001)}), "must be less than 2001 characters"},
		{"an input's hint", with(input(typed), object{"hint": plain(2000)}), with(input(typed), object{"hint": plain(2001)}), "must be less than 2001 characters"},
		{"an input's element", input(choose), input(button), "unsupported type: button"},
		{"an input without element", input(typed), object{"type": "input", "label": plain(1)}, "missing required field: element"},
		{"max_length", input(with(typed, object{"max_length": 3000})), input(with(typed, object{"max_length": 3001})), "must be from 1 to 3000"},
		{"min_length", input(with(typed, object{"min_length": 3000})), input(with(typed, object{"min_length": 3001})), "must be from 0 to 3000"},
		{"initial_value", input(with(typed, object{"max_length": 5, "initial_value": letters(5)})), input(with(typed, object{"max_length": 5, "initial_value": letters(6)})), "must be less than 6 characters"},
		{"min_length over max_length", input(with(typed, object{"min_length": 5, "max_length": 5})), input(with(typed, object{"min_length": 6, "max_length": 5})), "must not be greater than max_length"},
		{"a number's decimals", input(number), input(with(number, object{"is_decimal_allowed": nil})), "missing required field: is_decimal_allowed"},
		{"a number's limits", input(with(number, object{"min_value": "1", "max_value": "9", "initial_value": "9"})), input(with(number, object{"min_value": "1", "max_value": "9", "initial_value": "10"})), "must be from min_value to max_value"},
		{"a number as such", input(with(number, object{"min_value": "1"})), input(with(number, object{"min_value": 1})), "must provide a string"},
		{"min_query_length", input(object{"type": "external_select", "min_query_length": 0}), input(object{"type": "external_select", "min_query_length": -1}), "must be from 0 to 3000"},
	} {
		if got := blocks(t, blockkit.Modal, tc.taken); len(got) > 0 {
			t.Errorf("%s: got %v, want none", tc.of, got)
		}
		if got := strings.Join(blocks(t, blockkit.Modal, tc.beyond), "\n"); !strings.Contains(got, tc.why) {
			t.Errorf("%s: got %q, want %q", tc.of, got, tc.why)
		}
	}
}

func blocks(t *testing.T, on blockkit.Surface, list ...any) []string {
	t.Helper()
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return blockkit.Blocks(raw, on, "/blocks")
}

func TestLimitsOfSurfaces(t *testing.T) {
	for on, most := range map[blockkit.Surface]int{blockkit.Message: 50, blockkit.Modal: 100, blockkit.Home: 100} {
		full := many(most, func(int) any { return section })
		if got := blocks(t, on, full...); len(got) > 0 {
			t.Errorf("%s: got %v", on, got)
		}
		if got := blocks(t, on, append(full, section)...); len(got) != 1 || got[0] != fmt.Sprintf("no more than %d items allowed [json-pointer:/blocks]", most) {
			t.Errorf("%s: got %v", on, got)
		}
	}
}

func TestIDsOfBlocksAreUnique(t *testing.T) {
	one, two := with(section, object{"block_id": "a"}), with(section, object{"block_id": "b"})
	if got := blocks(t, blockkit.Message, one, two); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	if got := blocks(t, blockkit.Message, one, two, one); len(got) != 1 || got[0] != `block_id "a" is not unique [json-pointer:/blocks/2/block_id]` {
		t.Errorf("got %v", got)
	}
}

func TestOneElementHasTheFocus(t *testing.T) {
	first := input(with(typed, object{"focus_on_load": true}))
	if got := blocks(t, blockkit.Modal, first, input(typed)); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	if got := blocks(t, blockkit.Modal, first, first); len(got) != 1 || !strings.HasPrefix(got[0], "only one element may set focus_on_load") {
		t.Errorf("got %v", got)
	}
}

func TestLimitsOfViews(t *testing.T) {
	home := object{"type": "home", "blocks": []any{section}}
	asks := with(modal, object{"submit": plain(24), "blocks": []any{input(typed)}})
	for _, tc := range []struct {
		of            string
		taken, beyond object
		why           string
	}{
		{"title", with(modal, object{"title": plain(24)}), with(modal, object{"title": plain(25)}), "must be less than 25 characters [json-pointer:/view/title/text]"},
		{"no title", modal, with(modal, object{"title": nil}), "missing required field: title [json-pointer:/view]"},
		{"submit", asks, with(asks, object{"submit": plain(25)}), "must be less than 25 characters"},
		{"no submit", asks, with(asks, object{"submit": nil}), "missing required field: submit"},
		{"close", with(modal, object{"close": plain(24)}), with(modal, object{"close": plain(25)}), "must be less than 25 characters"},
		{"private_metadata", with(modal, object{"private_metadata": letters(3000)}), with(modal, object{"private_metadata": letters(3001)}), "must be less than 3001 characters"},
		{"callback_id", with(modal, object{"callback_id": letters(255)}), with(modal, object{"callback_id": letters(256)}), "must be less than 256 characters"},
		{"external_id", with(modal, object{"external_id": letters(255)}), with(modal, object{"external_id": letters(256)}), "must be less than 256 characters"},
		{"an unknown member", modal, with(modal, object{"ephemeral": true}), "invalid additional property: ephemeral"},
		{"a home's title", home, with(home, object{"title": plain(1)}), "invalid additional property: title"},
		{"an input in a home", with(home, object{"blocks": []any{input(typed)}}), with(home, object{"blocks": []any{with(section, object{"text": plain(3001)})}}), "must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]"},
		{"no blocks", modal, with(modal, object{"blocks": nil}), "missing required field: blocks"},
		{"a type", modal, with(modal, object{"type": "dialog"}), `must be one of ["modal" "home"]`},
	} {
		for want, v := range map[string]object{"": tc.taken, tc.why: tc.beyond} {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(blockkit.View(raw), "\n"); want == "" && got != "" || !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q", tc.of, got, want)
			}
		}
	}
}

func TestLengthCountsUTF16(t *testing.T) {
	for s, want := range map[string]int{"": 0, "aé": 2, "😀": 2, "ا": 1} {
		if got := blockkit.Length(s); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
	full := object{"type": "header", "text": object{"type": "plain_text", "text": strings.Repeat("😀", 75)}}
	over := object{"type": "header", "text": object{"type": "plain_text", "text": strings.Repeat("😀", 76)}}
	if got := blocks(t, blockkit.Message, full); len(got) > 0 {
		t.Errorf("75 emoji: got %v", got)
	}
	if got := blocks(t, blockkit.Message, over); len(got) != 1 {
		t.Errorf("76 emoji: got %v", got)
	}
}

func TestOptionsOfMenus(t *testing.T) {
	for _, tc := range []struct {
		list, groups any
		why          string
	}{
		{[]any{}, nil, ""}, {many(100, option), nil, ""},
		{many(101, option), nil, "no more than 100 items allowed [json-pointer:/options]"},
		{nil, []any{object{"label": plain(1), "options": many(1, option)}}, ""},
		{"none", nil, "must provide an array [json-pointer:/options]"},
	} {
		list, _ := json.Marshal(tc.list)
		groups, _ := json.Marshal(tc.groups)
		if got := strings.Join(blockkit.Options(list, groups), "\n"); got != tc.why {
			t.Errorf("got %q, want %q", got, tc.why)
		}
	}
}

// No JSON at all makes the checker fail otherwise than by problems.
func TestAnyJSONIsJudged(t *testing.T) {
	words := []string{"type", "text", "section", "actions", "elements", "plain_text", "input", "element", "blocks", "modal", "title", "rich_text", "options", "a"}
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaves := []*rapid.Generator[any]{
			rapid.Just[any](nil), rapid.Just[any](true), rapid.Just[any](1.5), rapid.Map(rapid.SampledFrom(words), func(s string) any { return s }),
		}
		if depth == 0 {
			return rapid.OneOf(leaves...)
		}
		return rapid.OneOf(append(leaves,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(rapid.SampledFrom(words), value(depth-1), 0, 4), func(m map[string]any) any { return m }))...)
	}
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(value(4).Draw(t, "json"))
		if err != nil {
			t.Fatal(err)
		}
		blockkit.Blocks(raw, blockkit.Message, "/blocks")
		blockkit.View(raw)
		blockkit.Options(raw, raw)
	})
}
