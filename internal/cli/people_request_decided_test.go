package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A request that is waited for outlives an API that is busy or gone for a moment:
// it is filed once, under one key, and only its approval exits 0.
func TestRequestDecided(t *testing.T) {
	for status, want := range map[string]int{"approved": exitDone, "denied": exitDenied, "expired": exitExpired, "canceled": exitCanceled} {
		for _, as := range [][]string{nil, {"--json"}} {
			t.Run(fmt.Sprint(status, as), func(t *testing.T) {
				var mu sync.Mutex
				keys := map[string]int{}
				posts, reads := 0, 0
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					switch {
					case r.URL.Path == "/flows":
						answering("", 200)(w, r)
						return
					case r.Method == http.MethodPost:
						posts++
						keys[r.Header.Get("Idempotency-Key")]++
						if posts < 3 {
							answering("", http.StatusServiceUnavailable)(w, r)
							return
						}
						answering("requested", http.StatusCreated)(w, r)
						return
					}
					switch reads++; reads {
					case 1:
						answering("pending", 200)(w, r)
					case 2:
						w.WriteHeader(http.StatusBadGateway)
					case 3:
						panic(http.ErrAbortHandler)
					default:
						answering(status, 200)(w, r)
					}
				}))
				defer s.Close()
				args := append([]string{"request", "f", "--decided", "--every", "100ms", "--timeout", "30s", "--key", "build-7"}, as...)
				got, out, messages := inProcess(t, s.URL, args...)
				if got != want {
					t.Errorf("it exits %d, want %d\n%s%s", got, want, out, messages)
				}
				if len(keys) != 1 || keys["build-7"] != 3 {
					t.Errorf("keys were %v, want build-7 three times", keys)
				}
				if last := strings.TrimSpace(out); as == nil && !strings.Contains(last[strings.LastIndexByte(last, '\n')+1:], status) || as != nil && !strings.HasPrefix(last, "{") {
					t.Errorf("it prints\n%s", out)
				}
			})
		}
	}
}
