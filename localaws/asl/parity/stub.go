package parity

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// stub answers as Lambda does, for emulators that call it; each execution has
// functions of its own, whose names begin with what Add gave.
type stub struct {
	*httptest.Server
	// call is set before the first execution.
	call API

	mu      sync.Mutex
	scripts map[string]*script
}

func newStub() *stub {
	s := &stub{scripts: map[string]*script{}}
	s.Server = httptest.NewServer(s)
	return s
}

func (s *stub) add(run string, c Case, arn func(string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[run] = newScript(c, arn)
}

// ServeHTTP answers Lambda's Invoke, and the POST of an event to /proxy/NAME.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller may be gone
	}
	name := strings.TrimSuffix(r.URL.Path, "/invocations")
	name = name[strings.LastIndexAny(name, "/:")+1:]
	run, function, _ := strings.Cut(name, "-")
	s.mu.Lock()
	answers := s.scripts[run]
	s.mu.Unlock()
	if answers == nil {
		http.NotFound(w, r)
		return
	}
	a := answers.next(function)
	time.Sleep(seconds(a.After))
	go a.use(payload, s.call)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Requestid", run)
	switch {
	case a.Service != "":
		w.Header().Set("X-Amzn-Errortype", a.Service)
		w.WriteHeader(http.StatusInternalServerError)
		raw, _ := json.Marshal(map[string]string{"message": a.Cause, "Type": "User"})
		_, _ = w.Write(raw)
		return
	case r.Header.Get("X-Amz-Invocation-Type") == "Event":
		w.WriteHeader(http.StatusAccepted)
		return
	case a.Error != "":
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	_, _ = w.Write(a.payload(payload))
}
