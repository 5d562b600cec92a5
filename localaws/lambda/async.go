package lambda

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// For this long an event is kept that could not be run for lack of concurrency, or
// because of the service, with pauses that double from the first to the longest
// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
const (
	maxEventAge       = 6 * time.Hour
	firstServicePause = time.Second
	mostServicePause  = 5 * time.Minute
)

// asyncPauses are how long Lambda waits before it tries a failed asynchronous
// invocation a second and a third time
// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
var asyncPauses = []time.Duration{time.Minute, 2 * time.Minute}

// InvokeAsync queues an event for a function (InvocationType Event) and returns
// before it ran. By default an event is retried twice if the function fails, and for six
// hours if the service throttles it: see [Function.Async]. An event that fails for good
// is logged, and sent to Async.OnFailure. An unknown function or an event over 1 MiB is
// an error at once.
func (s *Service) InvokeAsync(function string, payload []byte) error {
	f, arn, err := s.lookup(function, "")
	if err != nil {
		return err
	}
	return s.queue(f, arn, payload)
}

func (s *Service) queue(f *function, arn string, payload []byte) error {
	if len(payload) > maxEvent {
		return &ServiceError{"RequestTooLargeException", fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", maxEvent)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return &ServiceError{"ServiceException", "The stack is closing."}
	}
	s.async.Add(1)
	work := s.opts.Motion.Begin("event of " + f.cfg.Name)
	go func() {
		defer s.async.Done()
		defer work.End()
		s.attempt(work, f, arn, payload)
	}()
	return nil
}

func (s *Service) attempt(work *motion.Work, f *function, arn string, payload []byte) {
	config := f.cfg.async()
	expires := s.opts.Clock.Now().Add(config.MaxAge)
	failed, servicePause := 0, firstServicePause
	for n := 1; ; n++ {
		result, err := f.invoke(motion.NewContext(s.ctx, work), arn, payload)
		if err == nil && result.FunctionError == "" {
			return
		}
		if errors.Is(err, context.Canceled) {
			return
		}
		var pause time.Duration
		switch {
		case ofService(err):
			pause, servicePause = servicePause, min(2*servicePause, mostServicePause)
		case failed < config.MaxRetries:
			pause = asyncPauses[failed]
			failed++
		}
		if err == nil {
			err = errors.New(string(result.Payload))
		}
		if pause == 0 {
			s.giveUp(f, arn, payload, result, n, "RetriesExhausted", err)
			return
		}
		if s.opts.Clock.Now().Add(pause).After(expires) {
			s.giveUp(f, arn, payload, result, n, "EventAgeExceeded", err)
			return
		}
		over := s.opts.Clock.After(pause)
		work.Rest(s.opts.Clock.Now().Add(pause), nil)
		select {
		case <-over:
			work.Wake()
		case <-s.ctx.Done():
			return
		}
	}
}

// ofService reports whether err is the service's: it throttled, or failed itself.
func ofService(err error) bool {
	told, is := errors.AsType[*ServiceError](err)
	return is && (told.Code == "TooManyRequestsException" || status[told.Code] == 0)
}

// giveUp logs an event that failed for good, and sends it to the destination of
// the function's failures.
func (s *Service) giveUp(f *function, arn string, payload []byte, result Result, attempts int, condition string, why error) {
	kept := false
	if to := f.cfg.async().OnFailure; to != "" && s.opts.SendFailed != nil {
		record, err := failedRecord(arn, payload, result, attempts, condition, s.opts.Clock.Now())
		kept = err == nil && s.opts.SendFailed(to, string(record))
	}
	what := "dropped"
	if kept {
		what = "kept in " + f.cfg.async().OnFailure
	}
	fmt.Fprintf(s.log.lines(f.cfg.Name), "asynchronous event %s after %d attempts: %v\n", what, attempts, why)
}
