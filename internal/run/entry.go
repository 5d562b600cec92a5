package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"sync"
)

// known is an Entry without its methods, as this release knows it.
type known Entry

// entryMembers are the members of an entry that this release knows.
var entryMembers = sync.OnceValue(func() jsonMembers { return membersOf(reflect.TypeFor[known]()) })

// UnmarshalJSON reads an entry. Members that a newer release has written are kept
// to be written again: the entry's hash is over them too.
func (e *Entry) UnmarshalJSON(data []byte) error {
	var read known
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("an entry of a history: %w", err)
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return entryMembers().of(name) != nil })
	*e = Entry(read)
	if len(members) > 0 {
		e.newer = members
	}
	return nil
}

// MarshalJSON writes an entry, with what a newer release had written into it.
func (e Entry) MarshalJSON() ([]byte, error) {
	raw, err := Encode(known(e))
	if err != nil || len(e.newer) == 0 {
		return raw, err
	}
	members := maps.Clone(e.newer)
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	return Encode(members)
}
