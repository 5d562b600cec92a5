package people

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

var (
	addresses = []string{"a@x.example", "b@x.example", "c@x.example", "d@x.example"}
	subjects  = []string{"1", "2", "3", "4"}
)

// said is an act, or a request, with the address that its login had by the rules
// of then.
type said struct {
	token
	as     string
	mapped bool
}

// asked is a request under test.
type asked struct {
	id        string
	by        said
	approvers []string // as it was filed
	approvals int
	// approved are those whose approvals the history has.
	approved []said
	// withdrawn counts approvals that were withdrawn in the last action.
	withdrawn int
}

// However logins, addresses, the directory and flows.yaml change: what somebody is
// shown that they may do, in lists too, is what they then can, and nobody approves
// their own request, counts twice, or acts without today's right.
func TestOnePersonIsOnePerson(t *testing.T) {
	newTable := storetest.Tables(t)
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := &world{tb: t, table: newTable(), now: time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)}
		seen := links{}
		var r rules
		var requests []*asked
		drawRules := func() {
			some := func(from []string, least int, what string) []string {
				return rapid.SliceOfNDistinct(rapid.SampledFrom(from), least, len(from), rapid.ID).Draw(t, what)
			}
			drawn := rules{
				approvals: rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "approvals"), admins: some(addresses, 1, "admins")[:1],
				approvers: some(append([]string{"group:g", "group:t"}, addresses...), 1, "approvers"),
				members:   some(addresses, 0, "members"), mapped: map[string]string{},
			}
			for _, sub := range some(subjects, 0, "mapped") {
				if rapid.Bool().Draw(t, "is mapped") {
					drawn.mapped[issuer+"|"+sub] = rapid.SampledFrom(addresses).Draw(t, "to")
				}
			}
			file, err := flow.Parse("flows.yaml", []byte(drawn.yaml()))
			if err != nil {
				t.Skip(err) // such as a threshold that nobody can meet
			}
			r, w.file = drawn, file
		}
		drawRules()
		tokens := rapid.Custom(func(t *rapid.T) token {
			k := token{sub: rapid.SampledFrom(subjects).Draw(t, "sub"), address: rapid.SampledFrom(append([]string{""}, addresses...)).Draw(t, "address")}
			if rapid.Bool().Draw(t, "in t") {
				k.groups = []string{"t"}
			}
			return k
		})
		t.Repeat(map[string]func(*rapid.T){
			"change flows.yaml": func(*rapid.T) { drawRules() },
			"look": func(t *rapid.T) {
				k := tokens.Draw(t, "token")
				w.call(k, "GET /flows", "", "")
				seen.saw(k, r)
			},
			"ask": func(t *rapid.T) {
				k := tokens.Draw(t, "token")
				status, body := w.call(k, "POST /requests", "", `{"flow":"f"}`)
				seen.saw(k, r)
				var v struct{ ID string }
				if err := json.Unmarshal([]byte(body), &v); err != nil {
					t.Fatal(err)
				}
				who := r.who(k.principal(), k.address)
				if (who == "") && status == 201 {
					t.Fatalf("a machine asked: %s", body)
				}
				if status == 201 {
					_, mapped := r.mapped[k.principal()]
					requests = append(requests, &asked{id: v.ID, by: said{k, who, mapped}, approvers: r.approvers, approvals: r.approvals})
				}
			},
			"act": func(t *rapid.T) {
				if len(requests) == 0 {
					t.Skip("nothing was asked")
				}
				q := rapid.SampledFrom(requests).Draw(t, "request")
				k := tokens.Draw(t, "token")
				event := rapid.SampledFrom([]string{"approve", "approve", "approve", "approve", "approve", "approve", "approve", "approve", "deny", "cancel", "revoke"}).Draw(t, "event")
				if len(q.approved) > 0 && rapid.Bool().Draw(t, "again") {
					k, event = rapid.SampledFrom(append(q.approved, said{token: k})).Draw(t, "approver").token, "withdraw"
				}
				shown := w.shown(k, q.id)
				before := w.load(q.id)
				status, body := w.call(k, "POST /requests/{id}/"+event, q.id, `{"reason":"because"}`)
				seen.saw(k, r)
				after := w.load(q.id)
				_, mapped := r.mapped[k.principal()]
				by := said{k, r.who(k.principal(), k.address), mapped}
				if status == 202 {
					t.Fatalf("%s: the outcome is not known", event)
				}
				if why := q.judge(before, after, event, by, r, seen.under(r)); why != "" {
					t.Fatalf("%s by %+v: %d %s\n%s\nrules %s", event, by, status, why, body, r.yaml())
				}
				took := status == 200 && slices.ContainsFunc(after.History[len(before.History):], func(e run.Entry) bool { return string(e.Event) == event })
				if may := shown.may(event); may != took {
					t.Fatalf("%s by %+v: may is %v, and %d\n%s\nshown %+v\nrules %s", event, by, may, status, body, shown, r.yaml())
				} else if may {
					outcomes["may"]++
				} else if status != 404 {
					outcomes["may not"]++
				}
				outcomes["withdrawn"], q.withdrawn = outcomes["withdrawn"]+q.withdrawn, 0
				if before.Status != after.Status {
					outcomes[string(after.Status)]++
				}
			},
			"pass time": func(t *rapid.T) {
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "minutes")) * time.Minute)
			},
			"list": func(t *rapid.T) {
				k := tokens.Draw(t, "token")
				seen.saw(k, r)
				for _, view := range []string{"mine", "inbox", "reviewed"} {
					for _, listed := range w.list(k, view) {
						want := w.shown(k, listed.ID)
						if reflect.DeepEqual(listed, want) {
							outcomes["listed"]++
							continue
						}
						// A second passes with each call: it may have ended the time to decide.
						if i := slices.IndexFunc(w.list(k, view), func(later shown) bool { return reflect.DeepEqual(later, want) }); i < 0 {
							t.Fatalf("%s: listed as\n%+v\nread as\n%+v", view, listed, want)
						}
						outcomes["listed"]++
					}
				}
			},
			"see": func(t *rapid.T) {
				if len(requests) == 0 {
					t.Skip("nothing was asked")
				}
				q := rapid.SampledFrom(requests).Draw(t, "request")
				k := tokens.Draw(t, "token")
				status, _ := w.call(k, "GET /requests/{id}", q.id, "")
				seen.saw(k, r)
				who := r.who(k.principal(), k.address)
				_, mapped := r.mapped[k.principal()]
				own := k.sub == q.by.sub || mapped && q.by.mapped && who == q.by.as
				named := who != "" && (r.names(r.admins, who, k.groups) || r.names(q.approvers, who, k.groups))
				if status == 200 && !own && !named || status != 200 && own {
					t.Fatalf("GET by %+v is %d; own %v, named %v", k, status, own, named)
				}
			},
		})
	})
	t.Logf("outcomes: %v", outcomes)
	for _, want := range []string{"approved", "denied", "canceled", "may", "may not", "listed"} {
		if outcomes[want] == 0 {
			t.Errorf("no request was %s: the test shows nothing", want)
		}
	}
}

// judge says what is wrong with what came of an act, "" for nothing.
func (q *asked) judge(before, after *run.Run, event string, by said, r rules, one links) string {
	if before.Status.Decided() && len(after.History) != len(before.History) {
		return "a decided request changed"
	}
	may := func(s said) bool {
		// As the login is known today; the address of then stays where nothing maps it.
		who := r.who(s.principal(), s.as)
		return s.as != "" && (r.names(r.admins, who, s.groups) || r.names(q.approvers, who, s.groups) && r.names(r.approvers, who, s.groups))
	}
	own := one.find(q.by.principal()) == one.find(by.principal())
	for _, e := range after.History[len(before.History):] {
		switch e.Event {
		case run.Approve:
			switch {
			case event != "approve":
				return "it approves"
			case own:
				return "the requester approved"
			case !may(by):
				return "approved without today's right"
			}
			q.approved = append(q.approved, by)
		case run.Deny:
			who := by.as
			if who == "" || !r.names(r.admins, who, by.groups) && !r.names(q.approvers, who, by.groups) {
				return "denied without a right"
			}
		case run.Withdraw:
			mine := func(s said) bool { return s.sub == by.sub || s.mapped && by.mapped && s.as == by.as }
			if event != "withdraw" || !slices.ContainsFunc(q.approved, mine) {
				return "an approval of somebody else was withdrawn"
			}
			q.approved = slices.DeleteFunc(q.approved, mine)
			q.withdrawn++
		case run.Cancel:
			if by.sub != q.by.sub && !(by.mapped && q.by.mapped && by.as == q.by.as) {
				return "canceled by somebody else"
			}
		}
	}
	if after.Status == run.Approved && before.Status != run.Approved {
		var people []string
		for _, s := range q.approved {
			if p := one.find(s.principal()); may(s) && p != one.find(q.by.principal()) && !slices.Contains(people, p) {
				people = append(people, p)
			}
		}
		if len(people) < min(q.approvals, q.threshold(after)) {
			return fmt.Sprintf("approved by %d people, %v; %d are needed", len(people), q.approved, q.approvals)
		}
	}
	return ""
}

// threshold is the run's own: one that too few people could meet goes to the
// admins, with a threshold of 1.
func (q *asked) threshold(r *run.Run) int {
	n := 0
	for _, need := range r.Review.Approvals {
		n += need.Count
	}
	return n
}
