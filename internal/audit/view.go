package audit

import (
	"fmt"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// VerifyView verifies a request as the API shows it: its history, and that its
// status is the one of the last entry.
func VerifyView(v api.Request) Request {
	r := Request{ID: v.ID, OK: true}
	if err := run.Verify(v.History); err != nil {
		r.add(err.Error())
		return r
	}
	if len(v.History) == 0 {
		r.add("it has no history")
		return r
	}
	last := v.History[len(v.History)-1]
	if last.Status != v.Status {
		r.add(fmt.Sprintf("its status is %s, but its history ends with %s", v.Status, last.Status))
		return r
	}
	r.Head = last.Hash
	return r
}

// Verified returns the result of a server.
func Verified(v api.Verification) Request {
	r := Request{ID: v.ID, OK: true, Head: v.Head}
	for _, e := range v.Entries {
		if !e.OK {
			r.add(e.Problem)
		}
	}
	if v.Record != "" {
		r.add(v.Record)
	}
	for _, d := range v.Digests {
		if !d.OK {
			r.add("digest " + d.Day + ": " + d.Problem)
		}
	}
	if !v.OK && r.OK {
		r.add("the server found it wrong, and does not say why")
	}
	return r
}
