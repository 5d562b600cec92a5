package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// now is the time at which every picture is taken.
var now = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// door is a door that everybody has gone through.
type door struct{}

func (door) Signer(http.ResponseWriter, *http.Request) (api.Signer, error) {
	return api.Bearer("grace@example.com"), nil
}
func (door) Mount(*http.ServeMux, *console.Console) {}
func (door) SignIn(*http.Request) string            { return console.Base + "/sign-in" }
func (door) SignOut() string                        { return console.Base + "/sign-out" }

// canned is an API whose responses are always the same.
type canned struct {
	mu sync.Mutex
	// responses are the values by "METHOD /path" and, of lists, "?view=VIEW". A
	// [*api.Problem] is sent with its status, and a function returns the value for a call.
	responses map[string]any
	// calls are those that came in, in order.
	calls []string
	// bodies are what calls sent last, by "METHOD /path".
	bodies map[string]string
}

// sent returns what the last call of a kind sent.
func (c *canned) sent(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bodies[key]
}

func (c *canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Method + " " + r.URL.Path
	body, _ := io.ReadAll(r.Body) // of a console that waits for it
	c.mu.Lock()
	if c.bodies == nil {
		c.bodies = map[string]string{}
	}
	c.calls, c.bodies[key] = append(c.calls, key), string(body)
	v, found := c.responses[key+"?view="+r.URL.Query().Get("view")]
	if !found {
		v, found = c.responses[key]
	}
	c.mu.Unlock()
	if of, is := v.(func(*http.Request) any); is {
		v = of(r)
	}
	if m, is := v.(api.Me); is && r.URL.Query().Get("flow") != "" {
		for _, f := range flows {
			if f.Name == r.URL.Query().Get("flow") {
				m.Flow = &f
				v = m
			}
		}
	}
	if !found {
		v = &api.Problem{Type: api.ProblemNotFound, Status: 404, Title: "Not Found", Detail: "unknown request, or you may not see it", Instance: "0b6a3f3e-6d0e-4a51-9a0f-1f2f0a8f5a11"}
	}
	w.Header().Set("Content-Type", "application/json")
	if p, is := v.(*api.Problem); is {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
	}
	_ = json.NewEncoder(w).Encode(v) // to a console that waits for it
}

// made lists the calls that change something.
func (c *canned) made() (changes []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range c.calls {
		if !strings.HasPrefix(call, "GET ") {
			changes = append(changes, call)
		}
	}
	return changes
}

// set changes a response.
func (c *canned) set(key string, response any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.responses[key] = response
}

// count is the number of calls so far.
func (c *canned) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

// serve serves a console before an API, and returns its URL.
func serve(t *testing.T, c *canned) string {
	t.Helper()
	upstream := httptest.NewServer(c)
	t.Cleanup(upstream.Close)
	built, err := console.New(console.Options{API: upstream.URL, Sessions: door{}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(built.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

// raw is a value of a field.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are constants
	}
	return b
}

// hash is that of an entry.
func hash(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "entry %d", n))
	return hex.EncodeToString(sum[:])
}
