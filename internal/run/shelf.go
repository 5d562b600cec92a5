package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// StoreScope says whose a value is that hooks keep: the holder's in the flow, or the
// flow's.
type StoreScope string

// The scopes.
const (
	PerPerson StoreScope = "person"
	PerFlow   StoreScope = "flow"
)

// The limits of what hooks keep. All values of one owner are one item, which is written
// with each change, and hooks receive them all.
const (
	MaxStored      = 10       // values of one owner
	MaxStoredValue = 4 << 10  // bytes of one value
	MaxStoredAll   = 16 << 10 // bytes of all values of one owner, with their keys
	MaxStoredKey   = 200      // characters of a key
	MaxPuts        = 10
	// MaxStoredSeconds is the longest that a value is kept, StoredSeconds how long it is if
	// the hook doesn't say.
	MaxStoredSeconds = 400 * 24 * 3600
	StoredSeconds    = 90 * 24 * 3600
)

// StoreRule names the values that the hooks of a flow keep. A name that ends in "/*" stands
// for all keys that begin as it does.
type StoreRule struct {
	Person []string `json:"person,omitempty"`
	Flow   []string `json:"flow,omitempty"`
}

// Names returns the names of a scope.
func (s *StoreRule) Names(scope StoreScope) []string {
	switch {
	case s == nil:
		return nil
	case scope == PerPerson:
		return s.Person
	case scope == PerFlow:
		return s.Flow
	}
	return nil
}

// NameOf returns the declared name that a key is of; "" for an undeclared key.
func (s *StoreRule) NameOf(scope StoreScope, key string) string {
	for _, name := range s.Names(scope) {
		prefix, many := strings.CutSuffix(name, "*")
		if name == key && !many || many && strings.HasPrefix(key, prefix) && key != prefix {
			return name
		}
	}
	return ""
}

// StoredValue is a value that a hook keeps.
type StoredValue struct {
	Value json.RawMessage `json:"value"`
	// Version changes with each put. It says nothing else.
	Version   string    `json:"version"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Put is a change of a value that a hook returned.
type Put struct {
	Scope StoreScope `json:"scope"`
	Key   string     `json:"key"`
	// Value is the new value; absent in a Delete.
	Value  json.RawMessage `json:"value,omitempty"`
	Delete bool            `json:"delete,omitempty"`
	// IfVersion is the version that the value must have, "" that there must be none. nil
	// puts in any case.
	IfVersion  *string `json:"if_version,omitempty"`
	TTLSeconds int     `json:"ttl_seconds,omitempty"`
}

// Shelf holds the values of one owner.
type Shelf struct {
	Values map[string]StoredValue `json:"values,omitempty"`
	// Version is the stored item's, 0 for a new one; Changed reports that it is to be
	// written.
	Version int64 `json:"-"`
	Changed bool  `json:"-"`
}

// Shelves are those that the hooks of a run read and write.
type Shelves struct {
	Person, Flow Shelf
	// Owner is the key of Person.
	Owner string
}

// Changed reports whether a shelf is to be written.
func (s Shelves) Changed() bool { return s.Person.Changed || s.Flow.Changed }

func (s *Shelves) of(scope StoreScope) *Shelf {
	if scope == PerPerson {
		return &s.Person
	}
	return &s.Flow
}

// Live returns the values that have not expired and that the rule names.
func (s Shelves) Live(rule *StoreRule, scope StoreScope, now time.Time) map[string]StoredValue {
	live := map[string]StoredValue{}
	for key, v := range s.of(scope).Values {
		if v.ExpiresAt.After(now) && rule.NameOf(scope, key) != "" {
			live[key] = v
		}
	}
	return live
}

// ExpiresAt is when the last value of a shelf expires.
func (s Shelf) ExpiresAt() time.Time {
	var last time.Time
	for _, v := range s.Values {
		if v.ExpiresAt.After(last) {
			last = v.ExpiresAt
		}
	}
	return last
}

// Add takes over the values of another shelf of the same person, where they are newer.
func (s *Shelf) Add(other Shelf) {
	for key, v := range other.Values {
		if own, there := s.Values[key]; there && !v.ExpiresAt.After(own.ExpiresAt) {
			continue
		}
		if s.Values == nil {
			s.Values = map[string]StoredValue{}
		}
		s.Values[key] = v
	}
}

// CheckPuts refuses puts of values that the rule does not name, or that are too many or
// too large.
func (s *StoreRule) CheckPuts(puts []Put) error {
	if len(puts) > MaxPuts {
		return fmt.Errorf("%d of them, more than %d", len(puts), MaxPuts)
	}
	type place struct {
		scope StoreScope
		key   string
	}
	seen := map[place]bool{}
	for i, p := range puts {
		if err := s.checkPut(p); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
		if seen[place{p.Scope, p.Key}] {
			return fmt.Errorf("[%d]: key: %q appears twice", i, p.Key)
		}
		seen[place{p.Scope, p.Key}] = true
	}
	return nil
}

func (s *StoreRule) checkPut(p Put) error {
	switch {
	case p.Scope != PerPerson && p.Scope != PerFlow:
		return fmt.Errorf("scope: must be \"person\" or \"flow\", got %q", clipKey(string(p.Scope)))
	case utf8.RuneCountInString(p.Key) > MaxStoredKey:
		return fmt.Errorf("key: %d characters, more than %d", utf8.RuneCountInString(p.Key), MaxStoredKey)
	case s.NameOf(p.Scope, p.Key) == "":
		return fmt.Errorf("key: the flow's store has no %q of scope %s; it has %s", clipKey(p.Key), p.Scope, listNames(s.Names(p.Scope)))
	case p.Delete && (p.Value != nil || p.TTLSeconds != 0):
		return fmt.Errorf("delete: a value that is deleted has no value and no ttl_seconds")
	case p.Delete:
		return nil
	case len(p.Value) == 0 || string(p.Value) == "null":
		return fmt.Errorf("value: missing; to remove a value say delete: true")
	case len(p.Value) > MaxStoredValue:
		return fmt.Errorf("value: %d bytes, more than %d", len(p.Value), MaxStoredValue)
	case p.TTLSeconds < 0 || p.TTLSeconds > MaxStoredSeconds:
		return fmt.Errorf("ttl_seconds: must be 1 to %d, got %d", MaxStoredSeconds, p.TTLSeconds)
	}
	return nil
}

func listNames(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func clipKey(key string) string {
	if runes := []rune(key); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return key
}

// Broken returns the first of the puts whose condition does not hold, as a scope and a
// key; "" if all hold.
func (s Shelves) Broken(puts []Put, now time.Time) string {
	for _, p := range puts {
		if p.IfVersion == nil {
			continue
		}
		version := ""
		if v, there := s.of(p.Scope).Values[p.Key]; there && v.ExpiresAt.After(now) {
			version = v.Version
		}
		if version != *p.IfVersion {
			return string(p.Scope) + "/" + p.Key
		}
	}
	return ""
}

// After returns the shelves after puts whose conditions hold; what has expired is dropped.
// version is that of the values. The error says which limit they would exceed.
func (s Shelves) After(puts []Put, version string, now time.Time) (Shelves, error) {
	for _, scope := range []StoreScope{PerPerson, PerFlow} {
		shelf := s.of(scope)
		if !slices.ContainsFunc(puts, func(p Put) bool { return p.Scope == scope }) {
			continue
		}
		values := map[string]StoredValue{}
		for key, v := range shelf.Values {
			if v.ExpiresAt.After(now) {
				values[key] = v
			}
		}
		for _, p := range puts {
			if p.Scope != scope {
				continue
			}
			delete(values, p.Key)
			if !p.Delete {
				values[p.Key] = StoredValue{Value: p.Value, Version: version, ExpiresAt: now.Add(p.ttl()).UTC()}
			}
		}
		size := 0
		for key, v := range values {
			size += len(key) + len(v.Value)
		}
		switch {
		case len(values) > MaxStored:
			return s, fmt.Errorf("%d values of scope %s would be kept, more than %d: %s", len(values), scope, MaxStored, strings.Join(slices.Sorted(maps.Keys(values)), ", "))
		case size > MaxStoredAll:
			return s, fmt.Errorf("the values of scope %s would have %d bytes, more than %d", scope, size, MaxStoredAll)
		}
		shelf.Values, shelf.Changed = values, true
	}
	return s, nil
}

// ttl is how long the value is kept.
func (p Put) ttl() time.Duration {
	if p.TTLSeconds == 0 {
		return Seconds(StoredSeconds)
	}
	return Seconds(p.TTLSeconds)
}
