package flow

import "encoding/json"

// Refresh returns the fields of an earlier request with the targets of today's flow. A
// target that the flow no longer has stays as it was. A value of a field that today's form
// hides is left out: no request has one today.
func (f *Flow) Refresh(fields map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(fields))
	for name, value := range fields {
		out[name] = value
	}
	for _, field := range f.Fields {
		var then Target
		if field.Type != TargetOf || json.Unmarshal(fields[field.Name], &then) != nil {
			continue
		}
		for _, now := range f.Targets {
			if now.ID == then.ID {
				out[field.Name] = jsonOf(now)
			}
		}
	}
	if f.Form().Depends() {
		out = f.Form().Prune(out)
	}
	return out
}
