package consoledemo_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/consoledemo"
)

// Every scene shows what it says.
func TestSeed(t *testing.T) {
	stack := start(t)
	s, err := consoledemo.Seed(t.Context(), stack.URL(), 6)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := api.New(stack.URL(), api.Bearer(consoledemo.Root))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]api.Status{
		s.Pending: api.StatusPending, s.HalfApproved: api.StatusPending, s.Unseated: api.StatusPending, s.Active: api.StatusActive, s.Approved: api.StatusActive,
		s.Revoked: api.StatusRevoked, s.Denied: api.StatusDenied, s.DeniedByCode: api.StatusDenied, s.Canceled: api.StatusCanceled, s.Deployed: api.StatusApproved,
	} {
		r, err := admin.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != want {
			t.Errorf("%s of %s is %s, want %s", id, r.Flow, r.Status, want)
		}
	}
}
