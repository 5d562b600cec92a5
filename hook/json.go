package hook

import "encoding/json"

// JSON is a document of any shape, such as the context of a request or the output of an
// earlier step. The zero JSON is an absent document, which does not read as an empty one.
type JSON struct{ raw json.RawMessage }

// Lookup returns a member that is a string. It returns false if the document or the
// member is absent, or of another type, so that neither passes for an empty text.
func (j JSON) Lookup(member string) (string, bool) {
	var members map[string]json.RawMessage
	if len(j.raw) == 0 || json.Unmarshal(j.raw, &members) != nil {
		return "", false
	}
	var s *string
	if json.Unmarshal(members[member], &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

// Decode decodes the document into v, as encoding/json does. It returns false if the
// document is absent or doesn't fit.
func (j JSON) Decode(v any) bool { return len(j.raw) > 0 && json.Unmarshal(j.raw, v) == nil }
