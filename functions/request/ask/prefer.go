package ask

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxWait is the longest wait, in seconds: API Gateway gives up after 30.
const maxWait = 20

// preferWait reads the wait preference of a Prefer header (RFC 7240), which may
// hold others.
func preferWait(header string) (wait time.Duration, there bool, err error) {
	for _, preference := range strings.Split(header, ",") {
		token, _, _ := strings.Cut(preference, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(token), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "wait") {
			continue
		}
		n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(value), `"`))
		if err != nil || n < 0 || n > maxWait {
			return 0, false, httpapi.Invalid(flow.FieldError{Field: "Prefer", Detail: fmt.Sprintf("wait of 0 to %d seconds was expected", maxWait)})
		}
		return time.Duration(n) * time.Second, true, nil
	}
	return 0, false, nil
}

// await reads the run until it is decided or waits for people, for at most wait;
// then it gives the run as it stands.
func (s service) await(ctx context.Context, r *run.Run, wait time.Duration) (*run.Run, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	// The first looks come quickly: most runs are decided within milliseconds.
	for pause := 2 * time.Millisecond; r.Status == run.Requested; pause = min(2*pause, 250*time.Millisecond) {
		select {
		case <-ctx.Done():
			return r, nil
		case <-time.After(pause):
		}
		next, err := s.Store.Load(ctx, r.ID)
		if ctx.Err() != nil {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		r = next
	}
	return r, nil
}
