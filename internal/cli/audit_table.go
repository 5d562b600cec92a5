package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// auditReport is what was found in the table.
type auditReport struct {
	Requests []*verified       `json:"requests"`
	Digests  []*verifiedDigest `json:"digests"`
	// Keys are those that signed the digests.
	Keys []string `json:"keys"`
	// Wrong is how many requests and digests are.
	Wrong int `json:"wrong"`
}

// tableAudit is a verification of the table under way. It keeps the heads of
// runs, and nothing else of them.
type tableAudit struct {
	*audit
	store *store.Store
	// requests are those that are verified. there has each run of the table, and
	// tells whether digests are to be compared with it.
	requests map[string]*verified
	there    map[string]bool
	heads    *digest.Heads
	stored   []digest.Stored
	digests  []*verifiedDigest
	keys     []string
	// erased counts the requests with texts that were erased.
	erased int
	// expired counts the requests that are gone by their flow's retention.
	expired int
}

// verifyTable verifies the requests of the table, and the digests in it.
func (a *audit) verifyTable(ctx context.Context, out io.Writer) error {
	stored, cfg, err := a.table.open(ctx)
	if err != nil {
		return err
	}
	t := &tableAudit{
		audit: a, store: stored,
		requests: map[string]*verified{}, there: map[string]bool{}, heads: digest.Gather(),
	}
	if t.stored, err = t.store.Digests(ctx); err != nil {
		return err
	}
	t.heads.First(digest.FirstOf(t.stored))
	if err := t.verifyRuns(ctx); err != nil {
		return err
	}
	if err := t.verifyDigests(ctx, cfg); err != nil {
		return err
	}
	return t.report(out)
}

// verifyRuns verifies each run by itself.
func (t *tableAudit) verifyRuns(ctx context.Context) error {
	if len(t.ids) == 0 {
		return t.store.EachStored(ctx, func(id string, rec store.Record, unreadable error) error {
			t.verifyRun(id, rec, unreadable)
			return nil
		})
	}
	for _, id := range t.ids {
		rec, unreadable, err := t.store.LoadStored(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			t.wrong(id, "it is not there")
		case err != nil:
			return err
		default:
			t.verifyRun(id, rec, unreadable)
		}
	}
	return nil
}

func (t *tableAudit) verifyRun(id string, rec store.Record, unreadable error) {
	r := rec.Run
	if unreadable != nil {
		t.there[id] = false // it has no heads to compare
		t.wrong(id, unreadable.Error())
		return
	}
	t.heads.Add(id, r.History)
	if t.there[id] = t.flow == "" || r.Flow.Name == t.flow; !t.there[id] {
		return
	}
	if !madeIn(t.from, t.to, r.CreatedAt) {
		return
	}
	if err := r.VerifyRecord(id, rec.Context); err != nil {
		t.wrong(id, err.Error())
		return
	}
	if run.WasErased(r.History) {
		t.erased++
	}
	t.requests[id] = &verified{ID: id, OK: true, Head: r.History[len(r.History)-1].Hash}
}

// isThere tells whether there is a run of that id, whatever its flow.
func (t *tableAudit) isThere(id string) bool { _, there := t.there[id]; return there }

// inScope tells whether digests are compared with a run. Of one that is gone the
// flow is not known.
func (t *tableAudit) inScope(id string) bool {
	compared, there := t.there[id]
	return compared || !there && (len(t.ids) == 0 || slices.Contains(t.ids, id))
}

// wrong notes something that is wrong with a run.
func (t *tableAudit) wrong(id, problem string) {
	if t.requests[id] == nil {
		t.requests[id] = &verified{ID: id}
	}
	t.requests[id].wrong(problem)
}

// report prints what was found; it returns errReported if anything is wrong.
func (t *tableAudit) report(out io.Writer) error {
	r := auditReport{Requests: []*verified{}, Digests: t.digests, Keys: t.keys}
	wrongRequests, wrongDigests := 0, 0
	for _, id := range slices.Sorted(maps.Keys(t.requests)) {
		v := t.requests[id]
		r.Requests = append(r.Requests, v)
		if !v.OK {
			wrongRequests++
		}
	}
	for _, d := range t.digests {
		if !d.OK {
			wrongDigests++
		}
	}
	r.Wrong = wrongRequests + wrongDigests
	if t.json {
		if err := printJSON(out, r); err != nil {
			return err
		}
	} else {
		for _, v := range r.Requests {
			for _, problem := range v.problems {
				fmt.Fprintln(out, text.Line(v.ID+"  "+problem))
			}
		}
		for _, d := range t.digests {
			for _, problem := range d.Errors {
				fmt.Fprintln(out, text.Line("digest "+string(d.Day)+"  "+problem))
			}
		}
		fmt.Fprintf(out, "%s verified, %d wrong\n", count(len(r.Requests), "request"), wrongRequests)
		if t.erased > 0 {
			fmt.Fprintf(out, "%s with erased texts\n", count(t.erased, "request"))
		}
		if t.expired > 0 {
			fmt.Fprintf(out, "%s gone by the retention of their flows\n", count(t.expired, "request"))
		}
		t.summary(out, wrongDigests)
	}
	if r.Wrong > 0 {
		return errReported
	}
	return nil
}

// summary says in a line what the digests say of the requests.
func (t *tableAudit) summary(out io.Writer, wrong int) {
	if len(t.digests) == 0 {
		fmt.Fprintln(out, "no digests: whoever can write to the table could have sealed anew (AuditDigest of the stack has them made)")
		return
	}
	fmt.Fprintf(out, "%s verified, %s to %s, %d wrong, signed by %s\n",
		count(len(t.digests), "digest"), t.digests[0].Day, t.digests[len(t.digests)-1].Day, wrong, text.Line(strings.Join(t.keys, ", ")))
	if len(t.trust.ids)+len(t.trust.files) == 0 {
		fmt.Fprintln(out, "Compare that key with the stack's output DigestKeyArn, or give --key.")
	}
}
