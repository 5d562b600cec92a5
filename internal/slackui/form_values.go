package slackui

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Input is what was filled into a block.
type Input struct {
	// Text was typed, or is the e-mail address of a chosen person.
	Text string
	// Chosen is the value of an option, Several of more.
	Chosen  string
	Several []string
	// At is a chosen moment, zero for none.
	At time.Time
}

// FieldOf returns the field of a block; false if it is none of the flow.
func FieldOf(f api.Flow, block string) (api.Field, bool) {
	for _, d := range f.Fields {
		if !d.Sensitive && isBlock(block, fieldOf(f.Name, d.Name)) {
			return d, true
		}
	}
	return api.Field{}, false
}

// Request returns the request that a form holds. The API checks it.
func (d Filled) Request() api.CreateInput {
	in := api.CreateInput{Flow: d.flow.Name, Fields: map[string]any{}}
	for name, value := range d.typed {
		if !d.Hides(name) {
			in.Fields[name] = value
		}
	}
	if d.beneficiary != "" {
		in.For = &api.Beneficiary{Email: d.beneficiary}
	}
	in.Reason = strings.TrimSpace(d.read(reasonBlock(d.flow.Name)).Text)
	in.UntilRevoked = d.flow.UntilRevoked && d.read(durationBlockOf(d.flow.Name)).Chosen == untilRevoked
	if n, err := strconv.Atoi(d.read(durationBlockOf(d.flow.Name)).Chosen); err == nil && len(d.flow.DurationsSeconds) > 0 {
		in.DurationSeconds = n
	}
	if glassOf(d.flow) != nil {
		in.BreakGlass = slices.Contains(d.read(glassBlockOf(d.flow.Name)).Several, glassOn)
	}
	if d.flow.Rules.StartsWithinSeconds > 0 {
		in.StartsAt = d.read(startBlockOf(d.flow.Name)).At
	}
	return in
}

// fieldValue returns the value of a field, nil for none.
func fieldValue(f api.Flow, d api.Field, in Input) any {
	switch {
	case d.Type == api.FieldStrings && (d.Prefetch || len(d.Allowed) > 0):
		var list []any
		for _, value := range in.Several {
			list = append(list, chosen(f, d, value))
		}
		if list == nil {
			return nil
		}
		return list
	case in.Chosen != "":
		return chosen(f, d, in.Chosen)
	case d.Type == api.FieldStrings:
		var list []any
		for _, line := range strings.Split(in.Text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
		if list == nil {
			return nil
		}
		return list
	case in.Text == "":
		return nil
	case d.Type == api.FieldInt:
		return json.Number(in.Text)
	case d.Type == api.FieldText:
		return in.Text
	}
	return strings.TrimSpace(in.Text)
}

// chosen returns the value of an option. One that names no place of the list is a text,
// which the API checks.
func chosen(f api.Flow, d api.Field, value string) any {
	if d.Prefetch {
		return value
	}
	i, err := strconv.Atoi(strings.TrimPrefix(value, byIndex))
	values := choices(f, d)
	if !strings.HasPrefix(value, byIndex) || err != nil || i < 0 || i >= len(values) {
		return value
	}
	return values[i].value
}

// Errors returns what is wrong with a request, below the blocks of its form. What has
// no block there is below the choice of the flow.
func (d Filled) Errors(p api.Problem) map[string]string {
	wrong := map[string]string{}
	for _, e := range p.Errors {
		block := FlowBlock
		name, isField := strings.CutPrefix(e.Field, "fields.")
		name, _, _ = strings.Cut(name, "[")
		detail := e.Detail
		switch of, there := d.blocks[name]; {
		case isField && there:
			block = of
		case e.Field == "reason":
			block = reasonBlock(d.flow.Name)
		case (e.Field == "for" || e.Field == "for.email") && d.flow.MayRequestFor():
			block = forBlockOf(d.flow.Name)
		case (e.Field == "duration_seconds" || e.Field == untilRevoked) && (len(d.flow.DurationsSeconds) > 0 || d.flow.UntilRevoked):
			block = durationBlockOf(d.flow.Name)
		case e.Field == "break_glass" && glassOf(d.flow) != nil:
			block = glassBlockOf(d.flow.Name)
		case e.Field == "starts_at" && d.flow.Rules.StartsWithinSeconds > 0:
			block = startBlockOf(d.flow.Name)
		case e.Field != "flow":
			detail = e.Field + ": " + detail
		}
		wrong[block] = Line(strings.TrimSpace(wrong[block]+" "+sentence(detail)), MaxError)
	}
	if len(wrong) == 0 {
		wrong[FlowBlock] = Line(cmp.Or(p.Detail, "The request was refused."), MaxError)
	}
	return wrong
}

// sentence returns a detail as people read it below a field.
func sentence(detail string) string {
	if detail == "" {
		return ""
	}
	return strings.ToUpper(detail[:1]) + strings.TrimSuffix(detail[1:], ".") + "."
}
