package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A record that was touched is found, whatever was changed in it.
func TestAuditVerify(t *testing.T) {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	made, err := run.New(run.Draft{
		ID: "01JDBX8Q3ZK5W7N9R2T4V6Y8A0", Flow: run.Flow{Name: "a", Admins: []string{"root@example.com"}}, Channel: run.ViaAPI,
		Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, Reason: "prod is down",
	}, at)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := json.Marshal(made.View())
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ old, new, want string }{
		"untouched":        {"", "", "1 request verified, 0 wrong"},
		"another reason":   {`"reason":"prod is down","payload`, `"reason":"all is well","payload`, "hash does not fit the entry"},
		"another person":   {`"email":"ada@example.com"},"channel"`, `"email":"eve@example.com"},"channel"`, "hash does not fit the entry"},
		"another status":   {`"flow":"a","status":"requested"`, `"flow":"a","status":"approved"`, "its status is approved, but its history ends with requested"},
		"an entry is gone": {`"history":[`, `"gone":[`, "it has no history"},
	} {
		t.Run(name, func(t *testing.T) {
			touched := strings.Replace(string(whole), tc.old, tc.new, 1)
			if tc.old != "" && touched == string(whole) {
				t.Fatalf("nothing was touched in %s", whole)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, touched) }))
			defer server.Close()
			code, out, messages := process(t, nil).runs(t.Context(), "audit", "verify", "01JDBX8Q3ZK5W7N9R2T4V6Y8A0", "--url", server.URL, "--as", "root@example.com")
			if (code != exitDone) != (tc.old != "") {
				t.Errorf("it exits %d: %s", code, messages)
			}
			if !strings.Contains(out, tc.want) {
				t.Errorf("got %s, want %s", out, tc.want)
			}
		})
	}
}
