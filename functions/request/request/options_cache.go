package request

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
)

// The limits of the cache.
const (
	keptFor    = time.Minute
	maxKept    = 1000
	maxKeptLen = 4 << 20 // bytes of values and labels
)

// cacheKey is the hash of all that a response depends on: the function and its event,
// with the requester and their groups.
type cacheKey [sha256.Size]byte

// optionsCache keeps responses for a minute, in this process; it drops the oldest first.
type optionsCache struct {
	mu      sync.Mutex
	entries map[cacheKey]*list.Element
	oldest  *list.List
	size    int
}

type keptOptions struct {
	key     cacheKey
	options hookapi.Options
	size    int
	until   time.Time
}

func newOptionsCache() *optionsCache {
	return &optionsCache{entries: map[cacheKey]*list.Element{}, oldest: list.New()}
}

// get returns the options under a key, and whether they are fresh.
func (c *optionsCache) get(key cacheKey, now time.Time) (hookapi.Options, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return hookapi.Options{}, false
	}
	kept := e.Value.(keptOptions)
	if !now.Before(kept.until) {
		c.drop(e)
		return hookapi.Options{}, false
	}
	return kept.options, true
}

func (c *optionsCache) put(key cacheKey, options hookapi.Options, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		c.drop(e)
	}
	kept := keptOptions{key: key, options: options, until: now.Add(keptFor)}
	for _, o := range options.List {
		kept.size += len(o.Value) + len(o.Label)
	}
	c.entries[key] = c.oldest.PushBack(kept)
	c.size += kept.size
	for c.oldest.Len() > maxKept || c.size > maxKeptLen {
		c.drop(c.oldest.Front())
	}
}

func (c *optionsCache) drop(e *list.Element) {
	kept := c.oldest.Remove(e).(keptOptions)
	delete(c.entries, kept.key)
	c.size -= kept.size
}
