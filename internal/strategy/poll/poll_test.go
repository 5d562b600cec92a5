package poll_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/strategy/poll"
)

func TestUntil(t *testing.T) {
	broken, busy := errors.New("broken"), errors.New("busy")
	for name, tc := range map[string]struct {
		answers []error // nil is false
		asks    int
		want    error
	}{
		"at once":        {nil, 1, nil},
		"third time":     {[]error{nil, nil}, 3, nil},
		"a passing one":  {[]error{poll.Again{Err: busy}, nil}, 3, nil},
		"one that stays": {[]error{nil, broken}, 2, broken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asks := 0
				err := poll.Until(t.Context(), "it", func(context.Context) (bool, error) {
					asks++
					if asks <= len(tc.answers) {
						return false, tc.answers[asks-1]
					}
					return true, nil
				})
				if !errors.Is(err, tc.want) || asks != tc.asks {
					t.Errorf("%d questions, %v; want %d, %v", asks, err, tc.asks, tc.want)
				}
			})
		})
	}
}

// It ends while there is time to say so, and says what it last received.
func TestItEndsBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		busy, asks := errors.New("busy"), 0
		err := poll.Until(ctx, "user ada in group ops", func(context.Context) (bool, error) {
			asks++
			return false, poll.Again{Err: busy}
		})
		var late *poll.Late
		if !errors.As(err, &late) || !errors.Is(err, busy) || err.Error() != "user ada in group ops: the time was up; last, busy" {
			t.Errorf("got %v", err)
		}
		end, _ := ctx.Deadline()
		if left := time.Until(end); left < time.Second || left > 5*time.Second {
			t.Errorf("%v were left of a minute", left)
		}
		if asks < 15 || asks > 40 {
			t.Errorf("%d questions in a minute", asks)
		}
	})
}

func TestACanceledContextEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		began := time.Now()
		err := poll.Until(ctx, "it", func(context.Context) (bool, error) { return false, nil })
		if !errors.Is(err, context.Canceled) || time.Since(began) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
