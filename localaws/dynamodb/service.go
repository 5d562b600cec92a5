// Package dynamodb serves DynamoDB's JSON protocol over an embedded ordered store, in
// memory or in a folder.
//
// The operations it serves behave as the service's, with its errors, limits, paging and
// consumed capacity. Everything else is refused by name.
// docs/decisions/0001-local-table.md says why it isn't one of the existing emulators.
package dynamodb

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// Options configures a Service. The zero value keeps tables in memory.
type Options struct {
	// Dir is the folder that keeps the tables. Empty: in memory, gone at Close.
	Dir string

	// Clock drives TTL, idempotency tokens and creation times. Nil: the real one.
	Clock clockwork.Clock

	// Region and AccountID appear in ARNs. Empty: us-east-1, 000000000000.
	Region, AccountID string

	// SweepEvery is how often expired items are deleted. 0: every minute.
	// Negative: only when Sweep is called.
	SweepEvery time.Duration

	// Before, unless nil, sees each call before anything is done. An error
	// that it returns is the answer: an *Error as it is, anything else as an
	// internal error. It may block.
	Before func(ctx context.Context, call Call) error

	// After, unless nil, sees each call once its effect is stored and before
	// it is answered. Its error replaces the answer, as if that got lost.
	After func(ctx context.Context, call Call, err error) error

	// Motion records what deletes expired items. Nil records nothing.
	Motion *motion.Motion

	// Logger logs internal errors. Nil: slog.Default().
	Logger *slog.Logger
}

// Call is one call of the API, for Options.Before and Options.After.
type Call struct {
	Operation string      // for example "PutItem"
	Tables    []string    // the tables it names, sorted
	Header    http.Header // the request's
}

// Service is the API, an http.Handler. Close it when it is no longer used.
type Service struct {
	options Options
	store   kv.Store

	// schema guards tables: calls on items hold it for reading, those that
	// make, change and delete tables for writing.
	schema sync.RWMutex
	tables map[string]*table

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// Open opens the tables in options.Dir, or an empty service in memory.
func Open(options Options) (*Service, error) {
	if options.Clock == nil {
		options.Clock = clockwork.NewRealClock()
	}
	if options.Region == "" {
		options.Region = "us-east-1"
	}
	if options.AccountID == "" {
		options.AccountID = "000000000000"
	}
	if options.SweepEvery == 0 {
		options.SweepEvery = time.Minute
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	var store kv.Store = kv.NewMemory()
	if options.Dir != "" {
		var err error
		if store, err = kv.OpenFolder(options.Dir); err != nil {
			return nil, err
		}
	}
	s := &Service{options: options, store: store}
	if err := s.loadTables(); err != nil {
		_ = store.Close()
		return nil, fmt.Errorf("load tables: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	if options.SweepEvery > 0 {
		s.stopped.Add(1)
		go s.sweepOften(ctx, options.Motion.Begin("expired items"))
	}
	return s, nil
}

// Close stops the sweep and closes the store. No call may be running.
func (s *Service) Close() error {
	s.stop()
	s.stopped.Wait()
	if err := s.store.Close(); err != nil {
		return fmt.Errorf("close tables: %w", err)
	}
	return nil
}
