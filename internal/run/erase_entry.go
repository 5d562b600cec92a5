package run

import (
	"encoding/json"
	"maps"
	"slices"
)

// eraseEntry returns the entry without the texts that are somebody's: own reports that the
// run is theirs.
func eraseEntry(e Entry, who Names, own bool) (Entry, bool, error) {
	members, err := membersOfEntry(e)
	if err != nil {
		return e, false, err
	}
	var gone []string
	for name, value := range members {
		if !slices.Contains(plain, name) && !slices.Contains(beside, name) && e.Erased[name] == "" && isTheirs(e, name, value, who, own) {
			gone = append(gone, name)
		}
	}
	if len(gone) == 0 {
		return e, false, nil
	}
	erased, keys := map[string]string{}, map[string]string{}
	maps.Copy(erased, e.Erased)
	for name, value := range members {
		switch {
		case slices.Contains(plain, name) || slices.Contains(beside, name) || e.Erased[name] != "":
		case !digested(e) || e.Erased[whole] != "":
			erased[whole] = "1"
			if slices.Contains(gone, name) {
				erased[name] = "1"
			}
		case slices.Contains(gone, name):
			if erased[name], err = textDigest(textKey(e, name), value); err != nil {
				return e, false, err
			}
		default:
			keys[name] = textKey(e, name)
		}
	}
	for _, name := range gone {
		if standIn, needed := standIns[name]; needed {
			members[name] = json.RawMessage(standIn)
		} else {
			delete(members, name)
		}
	}
	raw, err := json.Marshal(members)
	if err != nil {
		return e, false, err
	}
	var left Entry
	if err := json.Unmarshal(raw, &left); err != nil {
		return e, false, err
	}
	left.Salt, left.Keys, left.Erased = "", keys, erased
	return left, true, nil
}

// isTheirs reports whether a text is to be erased. A text of their own run
// is, unless it is provably somebody else's.
func isTheirs(e Entry, name string, value json.RawMessage, who Names, own bool) bool {
	if who.In(string(value)) {
		return true
	}
	is := func(a Actor) bool { return a.Type == UserActor && who.Is(a.ID, a.Email, "") }
	actor, by := is(e.Actor), e.ActBy != nil && is(*e.ActBy)
	switch name {
	case "actor":
		return actor
	case "act_by":
		return by
	case "act_reason":
		return (by || own) && string(value) != `""`
	case "to", "for":
		return false // mentions them, or others alone
	case "reason":
		return (actor || own && e.Actor.Type != EngineActor) && string(value) != `""`
	case "hook_reason":
		return actor || own
	}
	return own
}
