package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// eraseShelf deletes what hooks keep of somebody, and of what they keep else the values
// that mention them.
func (s *Store) eraseShelf(ctx context.Context, e Erasure, it item) error {
	if mentionsText(stringOf(it["sk"]), e.Who) {
		return s.eraseItem(ctx, e, it)
	}
	var shelf run.Shelf
	version, err := versionOf(it)
	if err == nil {
		err = json.Unmarshal([]byte(stringOf(it["body"])), &shelf)
	}
	if err != nil {
		e.Report(Erased{Item: nameOf(it), Left: "can't be read: " + err.Error()})
		return nil
	}
	maps.DeleteFunc(shelf.Values, func(key string, v run.StoredValue) bool {
		return mentionsKey(key, e.Who) || mentionsJSON(v.Value, e.Who)
	})
	body, err := run.Encode(shelf)
	if err != nil {
		return fmt.Errorf("erase from %s: %w", nameOf(it), err)
	}
	if !e.DryRun {
		next := maps.Clone(it)
		next["version"], next["body"] = number(version+1), text(string(body))
		if err := s.put(ctx, s.ifUnchanged(next, version)); isConditionFailed(err) {
			e.Report(Erased{Item: nameOf(it), Left: "was changed meanwhile; repeat this"})
			return nil
		} else if err != nil {
			return fmt.Errorf("erase from %s: %w", nameOf(it), err)
		}
	}
	e.Report(Erased{Item: nameOf(it)})
	return nil
}

// mentionsKey reports whether a key, or a part of one after its prefix, is a name.
func mentionsKey(key string, who run.Names) bool {
	for i := range key {
		if i == 0 || key[i-1] == '/' {
			if who.In(key[i:]) {
				return true
			}
		}
	}
	return false
}

func mentionsJSON(raw json.RawMessage, who run.Names) bool {
	var tree any
	return json.Unmarshal(raw, &tree) == nil && mentionsValue(tree, who)
}
