package slackui

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

// Filled is a form of a flow as an open view holds it, evaluated by the rules of the API:
// it decides which fields the form shows.
type Filled struct {
	fields.Form
	fields.Checked
	flow api.Flow
	// blocks are the blocks of fields in the view, by field.
	blocks map[string]string
	read   func(block string) Input
	typed  map[string]any
	// beneficiary is the address of the person whom the request is for; "" for none.
	beneficiary string
}

// Fill evaluates a form. blocks are those of the open view, nil before one is open.
func Fill(f api.Flow, blocks []string, read func(block string) Input) Filled {
	d := Filled{Form: fields.Of(f), flow: f, blocks: map[string]string{}, read: read, typed: map[string]any{}}
	for _, block := range blocks {
		if field, is := FieldOf(f, block); is {
			d.blocks[field.Name] = block
		}
	}
	given := map[string]json.RawMessage{}
	for _, field := range f.Fields {
		block, there := d.blocks[field.Name]
		if !there || field.Sensitive {
			continue
		}
		value := fieldValue(f, field, read(block))
		raw, err := json.Marshal(value)
		if err != nil || value == nil || copies(field) && block == blockOf(f, field, string(raw)) {
			continue // nothing, or what the form itself took from another field
		}
		given[field.Name], d.typed[field.Name] = raw, value
	}
	if f.MayRequestFor() && slices.Contains(blocks, forBlockOf(f.Name)) {
		d.beneficiary = read(forBlockOf(f.Name)).Text
	}
	d.Checked = d.Check(given)
	return d
}

// blockOf is the block of a field whose value or options come from other fields: with
// other ones it is another block, because Slack keeps what a block holds.
func blockOf(f api.Flow, field api.Field, from string) string {
	id := fieldOf(f.Name, field.Name)
	if !copies(field) && len(field.DependsOn) == 0 {
		return id
	}
	sum := sha256.Sum256([]byte(from))
	return id + ":" + hex.EncodeToString(sum[:6])
}

// copies reports whether the form shows in a field the value that it takes from another.
// Menus of people and of options that hooks have can't show one.
func copies(field api.Field) bool {
	return field.DefaultFrom != "" && field.Type != api.FieldUser && !field.Prefetch
}

// block returns the block in which the form now shows a field.
func (d Filled) block(field api.Field) string {
	others := ""
	if len(field.DependsOn) > 0 {
		raw, err := json.Marshal(d.Others(field))
		if err == nil {
			others = string(raw)
		}
	}
	now, there := d.blocks[field.Name]
	if !copies(field) {
		return blockOf(d.flow, field, others)
	}
	if there && d.typed[field.Name] != nil {
		return now // somebody typed something else, which stays
	}
	return blockOf(d.flow, field, string(d.initial(field)))
}

// initial returns what a field holds if nothing is typed: the value of another field, or
// its default.
func (d Filled) initial(field api.Field) json.RawMessage {
	if from := d.Values[field.DefaultFrom]; field.DefaultFrom != "" && from != nil {
		return fields.Sent(from)
	}
	return field.Default
}

// Others returns the values that the options of a field depend on, as a request sends them.
func (d Filled) Others(field api.Field) map[string]json.RawMessage {
	others := d.Asked(field)
	for name, value := range others {
		others[name] = fields.Sent(value)
	}
	return others
}

// Waits returns the label of the first field that must be filled in before the options of
// another are known; "" if none.
func (d Filled) Waits(field api.Field) string {
	for _, name := range field.DependsOn {
		if source, there := d.Field(name); there && source.Required && d.on(source) && d.Values[name] == nil {
			return cmp.Or(source.Label, source.Name)
		}
	}
	return ""
}

// on reports whether the form shows a field. One that depends on a wrong value stays.
func (d Filled) on(field api.Field) bool {
	return d.Shows(field.Name) || !d.Hides(field.Name) && d.blocks[field.Name] != ""
}

// Changed reports whether the view does not show the form as it is now, because what it
// holds shows other fields, or other options.
func (d Filled) Changed() bool {
	if !d.Depends() {
		return false
	}
	for _, field := range d.Fields {
		if !field.Sensitive && d.on(field) && d.blocks[field.Name] != d.block(field) {
			return true
		}
	}
	return false
}

// Governs reports whether a block is of a field that others depend on.
func Governs(f api.Flow, block string) bool {
	field, is := FieldOf(f, block)
	return is && fields.Of(f).Governs(field.Name)
}

// Depending returns the values that options in the form depend on, by the field that has
// the options: what the form keeps for when somebody searches.
func (d Filled) Depending() map[string]map[string]json.RawMessage {
	var all map[string]map[string]json.RawMessage
	for _, field := range d.Fields {
		if len(field.DependsOn) == 0 || !d.on(field) || d.Waits(field) != "" {
			continue
		}
		if all == nil {
			all = map[string]map[string]json.RawMessage{}
		}
		all[field.Name] = d.Others(field)
	}
	return all
}

// isBlock reports whether a block is that of a field, whatever its value comes from.
func isBlock(block, id string) bool { return block == id || strings.HasPrefix(block, id+":") }
