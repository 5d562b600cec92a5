package hookapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// narrows are the members of a response that narrow what the flow allows, with
// what leaving them out means. null is no way of leaving one out: it is what a
// lookup that failed returns, and the flow's wider rule would hold unseen.
var narrows = map[string]string{
	"permissions":      "leave it out to keep the flow's, or give an empty list of approvers to leave only admins",
	"notifications":    "leave it out to keep the flow's list, or give an empty list to notify nobody",
	"puts":             "leave it out to keep nothing",
	"duration_seconds": "leave it out to approve for the requested duration",
}

// refuseNull refuses null in the known members of an object, at any depth.
func refuseNull(value json.RawMessage, known ...string) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(value, &members) != nil {
		return nil // of another type, which its reader refuses
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if slices.Contains(known, name) && holdsNull(members[name]) {
			return fmt.Errorf("%s: null is invalid; leave the member out to keep the flow's", name)
		}
	}
	return nil
}

// holdsNull reports whether JSON is or holds null.
func holdsNull(value json.RawMessage) bool {
	d := json.NewDecoder(bytes.NewReader(value))
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return false
		case err != nil, token == nil:
			return true
		}
	}
}
