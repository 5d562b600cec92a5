package audit_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/audit"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A request that the API shows is verified by its own history.
func TestVerifyView(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(v *api.Request)
		want   string
	}{
		"untouched":     {func(*api.Request) {}, ""},
		"edited":        {func(v *api.Request) { v.History[0].Reason = "another" }, "hash does not fit"},
		"of a status":   {func(v *api.Request) { v.Status = run.Approved }, "its status is approved, but its history ends with requested"},
		"of no history": {func(v *api.Request) { v.History = nil }, "it has no history"},
	} {
		t.Run(name, func(t *testing.T) {
			v := request(t, 0, "because").Run.View()
			tc.change(&v)
			r := audit.VerifyView(v)
			if r.OK != (tc.want == "") || !strings.Contains(r.Error, tc.want) || r.OK != (r.Head != "") {
				t.Errorf("got %+v, want %q", r, tc.want)
			}
		})
	}
}
