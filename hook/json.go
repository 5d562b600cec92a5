package hook

import "encoding/json"

// JSON is a document of any shape: what a requester sent along, or what an
// earlier hook kept. The zero JSON is one that is not there, which does not read
// as an empty one.
type JSON struct{ raw json.RawMessage }

// Lookup gives the text of a member that is a string. false means that there is
// no document, no such member, or that it is something else: what was not sent
// in the form that was expected must not pass for an empty text.
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

// Decode reads the document into v as encoding/json does; false if there is
// none, or it doesn't fit.
func (j JSON) Decode(v any) bool { return len(j.raw) > 0 && json.Unmarshal(j.raw, v) == nil }
