package emulator

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync/atomic"
)

// account throttles functions as an account of AWS does: the emulator itself runs as
// many as it is called for. It sees the calls of the API, each of which is a function's,
// those of the state machine, and those that functions make of each other.
type account struct{ limit, running, throttled atomic.Int64 }

// LimitConcurrency has the account run at most n functions at a time; 0 is any number.
func (m *Emulator) LimitConcurrency(n int) { m.edge.account.limit.Store(int64(n)) }

// Throttled is how many invocations the account had no room for.
func (m *Emulator) Throttled() int { return int(m.edge.account.throttled.Load()) }

// within serves an invocation, or refuses it by refuse.
func (a *account) within(serve http.Handler, refuse http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer a.running.Add(-1)
		if running, limit := a.running.Add(1), a.limit.Load(); limit > 0 && running > limit {
			a.throttled.Add(1)
			refuse(w, r)
			return
		}
		serve.ServeHTTP(w, r)
	})
}

// isInvocation reports whether a call of AWS's services runs a function.
func isInvocation(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/") && strings.HasSuffix(r.URL.Path, "/invocations")
}

// tooMany is Lambda's answer
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
func tooMany(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
	w.Header().Set("X-Amzn-Requestid", rand.Text())
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(`{"Type":"User","message":"Rate Exceeded.","Reason":"ConcurrentInvocationLimitExceeded"}`))
}

// unavailable is API Gateway's answer for it.
func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(`{"message":"Service Unavailable"}`))
}
