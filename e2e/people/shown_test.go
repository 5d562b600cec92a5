package people

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// ruled is a world under rules that can be changed.
func ruled(t *testing.T, r rules) (*world, func(rules)) {
	t.Helper()
	w := &world{tb: t, table: storetest.New(t), now: time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)}
	change := func(r rules) {
		file, err := flow.Parse("flows.yaml", []byte(r.yaml()))
		if err != nil {
			t.Fatal(err)
		}
		w.file = file
	}
	change(r)
	return w, change
}

func (w *world) asks(k token) string {
	status, body := w.call(k, "POST /requests", "", `{"flow":"f"}`)
	if status != 201 {
		w.tb.Fatalf("asking is answered with %d %s", status, body)
	}
	_, id, _ := strings.Cut(body, `"id":"`)
	return id[:26]
}

// listed is one request as the inbox or another list shows it.
func (w *world) listed(k token, view, id string) shown {
	for _, s := range w.list(k, view) {
		if s.ID == id {
			return s
		}
	}
	w.tb.Fatalf("view=%s does not list %s", view, id)
	return shown{}
}

// Two logins that only today's directory makes one person are one in what is
// shown, as they are when somebody acts.
func TestShownByTodaysDirectory(t *testing.T) {
	r := rules{approvals: 1, admins: []string{"d@x.example"}, approvers: []string{"a@x.example", "b@x.example"}}
	w, change := ruled(t, r)
	id := w.asks(token{sub: "1", address: "c@x.example"})
	r.mapped = map[string]string{issuer + "|1": "a@x.example", issuer + "|2": "a@x.example"}
	change(r)
	same := token{sub: "2", address: "a@x.example"}
	for name, s := range map[string]shown{"read": w.shown(same, id), "listed": w.listed(same, "inbox", id)} {
		if s.You.Approve.May || s.You.Approve.Why != "You can't approve your own request." {
			t.Errorf("%s: %+v", name, s.You.Approve)
		}
	}
	if status, body := w.call(same, "POST /requests/{id}/approve", id, `{}`); status != 403 || !strings.Contains(body, "You can't approve your own request.") {
		t.Errorf("approving is answered with %d %s", status, body)
	}
}

// An approval that counts by a group that only the token names is in what a list
// says that a request has.
func TestListedWithAnApprovalByToken(t *testing.T) {
	w, _ := ruled(t, rules{approvals: 2, admins: []string{"d@x.example"}, approvers: []string{"a@x.example", "b@x.example", "group:t"}})
	id := w.asks(token{sub: "1", address: "c@x.example"})
	if status, body := w.call(token{sub: "2", address: "e@x.example", groups: []string{"t"}}, "POST /requests/{id}/approve", id, `{}`); status != 200 {
		t.Fatalf("approving is answered with %d %s", status, body)
	}
	reader := token{sub: "3", address: "a@x.example"}
	for name, s := range map[string]shown{"read": w.shown(reader, id), "listed": w.listed(reader, "inbox", id)} {
		if len(s.WaitingFor) != 1 || len(s.WaitingFor[0].Have) != 1 || s.WaitingFor[0].Have[0] != "e@x.example" {
			t.Errorf("%s: waits for %+v", name, s.WaitingFor)
		}
	}
}
