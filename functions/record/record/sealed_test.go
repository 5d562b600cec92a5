package record_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What is learnt of who is linked leaves no trace that the history doesn't know.
func TestLinksLeaveTheRecordSealed(t *testing.T) {
	kim, hidden := as(third, "kim@example.com"), as(second, "")
	seen := map[int][]run.Person{1: {as(second, "kim@example.com"), kim, as(second, "grace@example.com")}}
	for n := 2; n < 32; n++ { // more than the history takes
		seen[n] = []run.Person{as(login, "grace@example.com"), as(second, string(rune('a'+n))+"@example.com")}
	}
	by := []run.Person{kim}
	for range 30 {
		by = append(by, hidden)
	}
	r := approvals(t, 2, nil, seen, by...)
	if err := r.VerifyRecord(r.ID, nil); err != nil {
		t.Error(err)
	}
}
