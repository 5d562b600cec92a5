package lambda

import (
	"fmt"
	"sync"
)

// leastUnreserved is what Lambda keeps of an account's concurrency for functions
// that reserve none
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
const leastUnreserved = 100

// account is the concurrency of an account: what functions reserve is theirs, all
// others share the rest.
type account struct {
	mu       sync.Mutex
	limit    int // 0 is no limit
	reserved int
	running  int // of functions that reserve none
}

// reserve takes n out of what the functions share.
func (a *account) reserve(n int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if least := min(leastUnreserved, a.limit); a.limit > 0 && n > 0 && a.limit-a.reserved-n < least {
		return fmt.Errorf("reserved concurrency %d of %d in the account: Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d]", n, a.limit, least)
	}
	a.reserved += n
	return nil
}

// begin counts an invocation of f, and returns what ends it. The error is that the
// account has no room for it; functions that reserve concurrency have their own.
func (a *account) begin(f *function) (end func(), err error) {
	if a.limit == 0 || f.cfg.Reserved > 0 {
		return func() {}, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running >= a.limit-a.reserved {
		return nil, throttled(ofAccount)
	}
	a.running++
	return sync.OnceFunc(func() {
		a.mu.Lock()
		a.running--
		a.mu.Unlock()
	}), nil
}

// Why an invocation is throttled
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
const (
	ofAccount  = "ConcurrentInvocationLimitExceeded"
	ofFunction = "ReservedFunctionConcurrentInvocationLimitExceeded"
)

// throttledError is a TooManyRequestsException with its reason.
type throttledError struct {
	*ServiceError
	reason string
}

func (e *throttledError) Unwrap() error { return e.ServiceError }

func throttled(reason string) error {
	return &throttledError{&ServiceError{"TooManyRequestsException", "Rate Exceeded."}, reason}
}
