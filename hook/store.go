package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The limits of a store.
const (
	maxPuts      = 10
	maxValue     = 4 << 10 // bytes
	maxKey       = 200     // characters
	maxKeptHours = 400 * 24
)

// Store is what the hooks of a flow keep between requests; see [Event.Store].
type Store struct{ s *store }

// Values are the values of one scope of a [Store].
type Values struct {
	s     *store
	scope string
}

// Put is a change of a value that a hook has made; see [Store.Puts].
type Put struct {
	// Scope is "person" or "flow".
	Scope string          `json:"scope"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value,omitempty"`
	// Delete removes the value.
	Delete bool `json:"delete,omitempty"`
	// IfVersion is the version that the value must have when the outcome takes effect, ""
	// that there must be none. nil is no condition.
	IfVersion *string `json:"if_version,omitempty"`
	// TTLSeconds is how long the value is kept, 0 for 90 days.
	TTLSeconds int `json:"ttl_seconds,omitempty"`
}

// kept is a value as the engine sends it.
type kept struct {
	Value   json.RawMessage `json:"value"`
	Version string          `json:"version"`
}

// store is the store of one event. A hook may use it from several goroutines.
type store struct {
	hook, flow string
	// declared are the names that flows.yaml declares, by scope; nil from an engine that
	// does not say.
	declared map[string][]string
	// values are nil if the event has no store.
	values map[string]map[string]kept
	reads  *reads

	mu     sync.Mutex
	puts   []Put
	failed error
}

// store returns the store of the event of a hook.
func (in invocation) store(hook string, r *reads) *store {
	s := &store{hook: hook, flow: in.Run.Flow.Name, reads: r}
	if d := in.Flow.Store; d != nil {
		s.declared = map[string][]string{"person": d.Person, "flow": d.Flow}
	}
	if v := in.Run.Store; v != nil {
		s.values = map[string]map[string]kept{"person": v.Person, "flow": v.Flow}
	}
	return s
}

// Store returns what the flow's hooks keep between requests, such as counters: values of at
// most 4 KiB, which the flow names under store: in flows.yaml. What a hook puts is stored
// together with its outcome, once that takes effect, and else not at all.
func (e *Event) Store() Store { return Store{e.store} }

// Person returns the values of the person who gets the access (see [Event.Holder]). No
// event has those of anybody else.
func (s Store) Person() Values { return Values{s.s, "person"} }

// Flow returns the values of the flow.
func (s Store) Flow() Values { return Values{s.s, "flow"} }

// Puts returns what the hook has put so far. It is for tests.
func (s Store) Puts() []Put {
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	return slices.Clone(s.s.puts)
}

// Get decodes the value of a key, and reports whether there is one. What the hook itself
// has put counts. A key that flows.yaml does not declare, or a value that into can't hold,
// fails the hook.
func (v Values) Get(key string, into any) bool {
	if !v.known(key) {
		return false
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	raw := v.s.values[v.scope][key].Value
	for _, p := range v.s.puts {
		if p.Scope == v.scope && p.Key == key {
			raw = p.Value
		}
	}
	if len(raw) == 0 {
		return false
	}
	if err := json.Unmarshal(raw, into); err != nil {
		v.s.fail(fmt.Errorf("store: the value of %s/%s: %w", v.scope, key, err))
		return false
	}
	return true
}

// List returns the keys that begin with prefix and have a value, in order.
func (v Values) List(prefix string) []string {
	if !v.readable() {
		return nil
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	found := map[string]bool{}
	for key := range v.s.values[v.scope] {
		found[key] = true
	}
	for _, p := range v.s.puts {
		if p.Scope == v.scope {
			found[p.Key] = !p.Delete
		}
	}
	maps.DeleteFunc(found, func(key string, there bool) bool { return !there || !strings.HasPrefix(key, prefix) })
	return slices.Sorted(maps.Keys(found))
}

// Put keeps a value under a key for so long, at most 400 days; 0 is 90 days. It holds if
// nobody has changed the value since this event was sent: else nothing of the outcome
// counts, and the hook is called again with what there is then. So a counter is exact.
func (v Values) Put(key string, value any, ttl time.Duration) { v.put(key, value, ttl, true) }

// Set keeps a value as [Values.Put] does, whatever there is by then.
func (v Values) Set(key string, value any, ttl time.Duration) { v.put(key, value, ttl, false) }

// Delete removes the value of a key, under the condition of [Values.Put].
func (v Values) Delete(key string) {
	if v.known(key) {
		v.s.add(Put{Scope: v.scope, Key: key, Delete: true, IfVersion: v.version(key)})
	}
}

func (v Values) put(key string, value any, ttl time.Duration, conditional bool) {
	if !v.known(key) {
		return
	}
	raw, err := marshal(value)
	switch {
	case err != nil:
		err = fmt.Errorf("the value of %s: %w", key, err)
	case string(raw) == "null":
		err = fmt.Errorf("the value of %s: it is null; Delete removes a value", key)
	case len(raw) > maxValue:
		err = fmt.Errorf("the value of %s: %d bytes, more than %d", key, len(raw), maxValue)
	case utf8.RuneCountInString(key) > maxKey:
		err = fmt.Errorf("a key of %d characters, more than %d", utf8.RuneCountInString(key), maxKey)
	case ttl < 0 || ttl > maxKeptHours*time.Hour || ttl%time.Second != 0:
		err = fmt.Errorf("the value of %s: kept for %s: must be whole seconds, at most 400 days", key, ttl)
	}
	if err != nil {
		v.s.mu.Lock()
		defer v.s.mu.Unlock()
		v.s.fail(fmt.Errorf("store: %w", err))
		return
	}
	p := Put{Scope: v.scope, Key: key, Value: raw, TTLSeconds: int(ttl / time.Second)}
	if conditional {
		p.IfVersion = v.version(key)
	}
	v.s.add(p)
}

// version returns the version of a value that the event has, "" for none.
func (v Values) version(key string) *string {
	version := v.s.values[v.scope][key].Version
	return &version
}

// add adds a put; the last one of a key counts.
func (s *store) add(p Put) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts = append(slices.DeleteFunc(s.puts, func(q Put) bool { return q.Scope == p.Scope && q.Key == p.Key }), p)
}

func (s *store) fail(err error) {
	if s.failed == nil {
		s.failed = err
	}
}

// known reports whether the flow's store has a key, and records a mistake if it has not.
func (v Values) known(key string) bool {
	if !v.readable() {
		return false
	}
	names, says := v.s.declared[v.scope]
	if !says {
		return true // a test that declares nothing
	}
	for _, name := range names {
		prefix, many := strings.CutSuffix(name, "*")
		if name == key && !many || many && strings.HasPrefix(key, prefix) && key != prefix {
			return true
		}
	}
	has := "it declares none"
	if len(names) > 0 {
		has = "it declares " + strings.Join(names, ", ")
	}
	v.s.reads.mistake(fmt.Errorf("the store of flow %q has no %q of scope %s; %s", v.s.flow, key, v.scope, has))
	return false
}

// readable reports whether the event has the store, and records a mistake if not: values
// that were not sent must not be taken for values that do not exist.
func (v Values) readable() bool {
	if v.s.values != nil {
		return true
	}
	why := "it has none in flows.yaml, or the engine is older than stores"
	if v.s.declared != nil {
		why = "the request is too large to be sent together with it"
	}
	v.s.reads.mistake(fmt.Errorf("this event has no store of flow %q: %s", v.s.flow, why))
	return false
}

// addPuts adds what a hook keeps to the response.
func (r *response) addPuts(e *Event) error {
	s := e.store
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.failed != nil:
		return s.failed
	case len(s.puts) == 0:
		return nil
	case s.hook == getPermissions || s.hook == getNotifications:
		return errors.New("store: a hook that names people decides nothing, so it may not put values")
	case len(s.puts) > maxPuts:
		return fmt.Errorf("store: %d puts, more than %d", len(s.puts), maxPuts)
	}
	r.Puts = slices.Clone(s.puts)
	return nil
}
