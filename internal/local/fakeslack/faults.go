package fakeslack

import (
	"net/http"
	"strconv"
	"time"
)

// Fault is how a call of a method fails.
type Fault struct {
	Method string // every method if empty
	Times  int    // for so many calls; until ClearFaults if 0
	// Delay is how long the call takes.
	Delay time.Duration
	// Status is answered in place of the response: 429 or 500.
	Status int
	// RetryAfter comes with Status 429: one second unless set.
	RetryAfter time.Duration
	// Error is answered as the error of the method, such as "internal_error".
	Error string
	// LoseAnswer does what the call asks for, and breaks the connection.
	LoseAnswer bool
}

// Break adds a fault.
func (s *Slack) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// BreakEach has fault decide for each call that no other fault meets. It runs while the
// workspace is locked.
func (s *Slack) BreakEach(fault func(method string) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each = fault
}

// ClearFaults ends every fault.
func (s *Slack) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.each = nil, nil
}

// nextFault returns the fault of a call, and counts it.
func (s *Slack) nextFault(method string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != method {
			continue
		}
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		f.Times-- // below zero: until ClearFaults
		return *f
	}
	if s.each != nil {
		return s.each(method)
	}
	return Fault{}
}

// before does what a fault does in place of a call. It returns false if that was all.
func (f Fault) before(w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		}
	}
	switch {
	case f.Status == http.StatusTooManyRequests:
		tooMany(w, max(1, int(f.RetryAfter.Round(time.Second)/time.Second)))
	case f.Status != 0:
		w.WriteHeader(f.Status)
	case f.Error != "":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(`{"ok":false,"error":` + strconv.Quote(f.Error) + `}`))
	default:
		return true
	}
	return false
}

// tooMany answers that a method was called too often.
func tooMany(w http.ResponseWriter, seconds int) {
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
}

// burst is how many messages one channel takes in a moment, at one a second.
const burst = 5

// overLimit returns how many seconds a caller must wait for a method: none if it may
// call now, which counts.
func (s *Slack) overLimit(name string, m method, in arguments) int {
	key, window, most := name, time.Minute, m.perMinute
	if name == "chat.postMessage" {
		key, window, most = name+" "+in.text("channel"), burst*time.Second, burst
	}
	now := s.options.Now()
	var recent []time.Time
	for _, t := range s.limited[key] {
		if now.Sub(t) < window {
			recent = append(recent, t)
		}
	}
	if len(recent) >= most {
		s.limited[key] = recent
		return max(1, int((window-now.Sub(recent[0])+time.Second-1)/time.Second))
	}
	s.limited[key] = append(recent, now)
	return 0
}
