// Package audit verifies the record: that each request is what was stored at the
// time, and that none was removed since the daily digests were signed.
package audit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Table is what an audit reads: the table as it is stored, without trust in it.
type Table interface {
	EachStored(ctx context.Context, f func(id string, rec store.Record, unreadable error) error) error
	LoadStored(ctx context.Context, id string) (rec store.Record, unreadable, err error)
	Digests(ctx context.Context) ([]digest.Stored, error)
	Chunks(ctx context.Context, day digest.Day, n int) ([]string, error)
}

var _ Table = (*store.Store)(nil)

// Options say what is verified, and against what.
type Options struct {
	// IDs select requests. Without them Flow ("" is every flow) and Period do.
	IDs    []string
	Flow   string
	Period period.Period
	Trust  Trust
	// Logged are the hashes of digests that were logged, by day; see [ReadLog].
	Logged map[digest.Day]string
	Now    time.Time
}

// Report is what an audit found.
type Report struct {
	Requests []*Request `json:"requests"`
	Digests  []*Digest  `json:"digests"`
	// Keys are the keys that signed the digests.
	Keys []string `json:"keys"`
	// Wrong counts requests and digests with problems.
	Wrong int `json:"wrong"`
	// Erased counts requests with erased texts, and Expired those that their
	// flow's retention removed.
	Erased  int `json:"-"`
	Expired int `json:"-"`
}

// Request is the result for one request.
type Request struct {
	ID   string `json:"id"`
	OK   bool   `json:"ok"`
	Head string `json:"head,omitempty"`
	// Error joins Problems.
	Error    string   `json:"error,omitempty"`
	Problems []string `json:"-"`
}

func (r *Request) add(problem string) {
	r.OK = false
	r.Problems = append(r.Problems, problem)
	r.Error = strings.Join(r.Problems, "; ")
}

// Digest is the result for the digest of one day.
type Digest struct {
	Day    digest.Day `json:"day"`
	OK     bool       `json:"ok"`
	Count  int        `json:"count"`
	SHA256 string     `json:"sha256,omitempty"`
	Errors []string   `json:"errors,omitempty"`
}

// Verify verifies the requests that o selects, the chain of all digests, and what
// the digests of the period say of the requests. The error is that the table or a
// key could not be read.
func Verify(ctx context.Context, table Table, o Options) (Report, error) {
	stored, err := table.Digests(ctx)
	if err != nil {
		return Report{}, err
	}
	v := &verification{
		Options: o, table: table, stored: stored, heads: digest.Gather(),
		requests: map[string]*Request{}, exists: map[string]bool{},
		report: Report{Requests: []*Request{}, Digests: []*Digest{}, Keys: []string{}},
	}
	v.heads.First(digest.FirstOf(stored))
	if err := v.verifyRequests(ctx); err != nil {
		return Report{}, err
	}
	if err := v.verifyDigests(ctx); err != nil {
		return Report{}, err
	}
	for _, id := range slices.Sorted(maps.Keys(v.requests)) {
		r := v.requests[id]
		v.report.Requests = append(v.report.Requests, r)
		if !r.OK {
			v.report.Wrong++
		}
	}
	for _, d := range v.report.Digests {
		if !d.OK {
			v.report.Wrong++
		}
	}
	return v.report, nil
}

// verification is an audit in progress. It keeps the heads of runs, and nothing
// else of them.
type verification struct {
	Options
	table  Table
	stored []digest.Stored
	heads  *digest.Heads
	// requests are those that are verified.
	requests map[string]*Request
	// exists has each run of the table. Its value reports whether the run is
	// compared with the digests.
	exists map[string]bool
	report Report
}

// verifyRequests verifies each request by itself.
func (v *verification) verifyRequests(ctx context.Context) error {
	if len(v.IDs) == 0 {
		return v.table.EachStored(ctx, func(id string, rec store.Record, unreadable error) error {
			v.verifyRecord(id, rec, unreadable)
			return nil
		})
	}
	for _, id := range v.IDs {
		rec, unreadable, err := v.table.LoadStored(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			v.wrong(id, "no such request in the table")
		case err != nil:
			return err
		default:
			v.verifyRecord(id, rec, unreadable)
		}
	}
	return nil
}

func (v *verification) verifyRecord(id string, rec store.Record, unreadable error) {
	r := rec.Run
	if unreadable != nil {
		v.exists[id] = false // it has no heads to compare
		v.wrong(id, unreadable.Error())
		return
	}
	v.heads.Add(id, r.History)
	if v.exists[id] = v.Flow == "" || r.Flow.Name == v.Flow; !v.exists[id] || !v.Period.Contains(r.CreatedAt) {
		return
	}
	if err := r.VerifyRecord(id, rec.Context); err != nil {
		v.wrong(id, err.Error())
		return
	}
	if run.WasErased(r.History) {
		v.report.Erased++
	}
	v.requests[id] = &Request{ID: id, OK: true, Head: r.History[len(r.History)-1].Hash}
}

// wrong records a problem of a request.
func (v *verification) wrong(id, problem string) {
	if v.requests[id] == nil {
		v.requests[id] = &Request{ID: id}
	}
	v.requests[id].add(problem)
}
