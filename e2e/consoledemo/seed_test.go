package consoledemo_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/consoledemo"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// Every scene shows what it says.
func TestSeed(t *testing.T) {
	stack, err := consoledemo.Start(t.Context(), localaws.Options{TemplatePath: "../../template.yaml", BuildDir: "../../build", Addr: "127.0.0.1:0", Log: io.Discard})
	if _, missing := errors.AsType[*localaws.MissingBinaryError](err); missing && os.Getenv("CI") == "" {
		t.Skipf("%v: `make build`", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
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
