package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// longAddresses are n addresses of 254 characters, the longest that there are
// (RFC 5321, section 4.5.3.1.3, without the angle brackets).
func longAddresses(n int) []string {
	list := make([]string, n)
	for i := range list {
		local := fmt.Sprintf("%064d", i)
		list[i] = local + "@" + strings.Repeat("d", 254-len(local)-5) + ".com"
	}
	return list
}

func person(address string) run.Person { return run.Person{ID: address, Email: address} }

func answerOf(t *testing.T, permissions map[string]any) string {
	t.Helper()
	raw, err := run.Encode(map[string]any{"permissions": permissions, "subscriptions": []string{"on_request", "get_permissions"}})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Lists of up to 1,000 people work: each of them may decide and see, nobody else
// may, and what stays in the run is bounded.
func TestAThousandApprovers(t *testing.T) {
	for name, tc := range map[string]struct {
		approvers, viewers []string
		shown, more        int
	}{
		"an Okta group of 150":         {short(150), nil, 150, 0},
		"1,000 short addresses":        {short(1000), nil, 1000, 0},
		"1,000 addresses of 254":       {longAddresses(1000), nil, 0, 1000},
		"with a group":                 {append(longAddresses(999), "group:ops"), nil, 1, 999},
		"some of them see it, too":     {longAddresses(500), longAddresses(1000)[500:], 0, 500},
		"the same address many times":  {append(longAddresses(500), longAddresses(500)...), nil, 0, 500},
		"all short ones may see it":    {[]string{"group:ops"}, short(1000), 1, 0},
		"1,000 approvers, few viewers": {longAddresses(1000), short(3), 0, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, sampleFlow())
			permissions := map[string]any{"approvers": tc.approvers}
			if tc.viewers != nil {
				permissions["viewers"] = tc.viewers
			}
			answer := answerOf(t, permissions)
			without, err := m.run.Size()
			if err != nil {
				t.Fatal(err)
			}
			m.answer(run.OnRequest, answer)
			m.is(run.Pending, run.NextReview)
			size, err := m.run.Size()
			if err != nil {
				t.Fatal(err)
			}
			doc, err := run.Encode(must(stepfn.NewDocument(m.run, m.now, nil)))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("response %d bytes; in the item %d, of which %d are not the lists'; the document %d", len(answer), size, without, len(doc))
			if kept := size - without; kept > 80<<10+4<<10 {
				t.Errorf("%d bytes stay in the item", kept)
			}
			if len(doc) > 4<<10 {
				t.Errorf("the document has %d bytes", len(doc))
			}
			v := m.run.View().Review
			if len(v.Approvers) != tc.shown || v.ApproversMore != tc.more {
				t.Errorf("the view shows %d and %d more, want %d and %d", len(v.Approvers), v.ApproversMore, tc.shown, tc.more)
			}
			if raw, _ := json.Marshal(m.run.View()); strings.Contains(string(raw), `"#`) {
				t.Error("the view shows a digest")
			}
			if e := m.last(); len(e.Reason) > 1200 {
				t.Errorf("the entry has a reason of %d bytes", len(e.Reason))
			}
			for _, today := range []*run.Today{nil, today()} {
				allowsOnly(t, m.run, today, tc.approvers, tc.viewers)
			}
		})
	}
}

// allowsOnly checks that the run lets the people of two lists decide and see, and
// nobody else.
func allowsOnly(t *testing.T, r *run.Run, today *run.Today, approvers, viewers []string) {
	t.Helper()
	summary := r.Summary()
	for i, address := range approvers {
		if i%97 != 0 && i < len(approvers)-2 || strings.HasPrefix(address, "group:") {
			continue
		}
		for _, as := range []run.Person{person(address), person(strings.ToUpper(address)), {ID: "idp|7b1c", Email: address}} {
			if err := r.MayAct(run.Approve, as, today); err != nil || !r.MaySee(as, today) || !r.AwaitsPerson(as, today) || !summary.AwaitsPerson(as, today) {
				t.Fatalf("%s may not decide: %v", address[:20], err)
			}
		}
	}
	for _, address := range viewers {
		if p := person(address); !r.MaySee(p, today) {
			t.Fatalf("%s may not see it", address[:20])
		}
	}
	for _, p := range []run.Person{eve, grace, person(longAddresses(1001)[1000]), person("#" + "A"), {ID: "group:ops"}} {
		if r.MayAct(run.Approve, p, today) == nil || summary.AwaitsPerson(p, today) {
			t.Errorf("%s may decide", p.ID)
		}
	}
}

func short(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("p%03d.lovelace@example.com", i)
	}
	return list
}

func must(d stepfn.Document, err error) stepfn.Document {
	if err != nil {
		panic(err)
	}
	return d
}

// What is kept of a person can't be named by a hook, and never stands for another.
func TestADigestIsNoPrincipal(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, answerOf(t, map[string]any{"approvers": longAddresses(1000)}))
	digest := m.run.Review.Approvers[0]
	if !strings.HasPrefix(digest, "#") {
		t.Fatalf("%q is kept", digest)
	}
	if m.run.MayAct(run.Approve, run.Person{ID: digest, Email: digest}, nil) == nil {
		t.Error("who is called like a digest may decide")
	}
	m = newMachine(t, sampleFlow())
	m.answer(run.OnRequest, answerOf(t, map[string]any{"approvers": []string{digest}}))
	for m.run.Engine.Next == run.NextHook {
		m.answer(m.run.Engine.Hook, `{}`)
	}
	if got := m.run.Review; !slices.Equal(got.Approvers, []string{"admins"}) || len(got.Errors) != 1 {
		t.Errorf("a hook names a digest: %+v", got)
	}
}

// null is no way of leaving out what narrows: a lookup that failed must not leave
// the flow's wider rule.
func TestNullNeverWidens(t *testing.T) {
	for name, tc := range map[string]struct{ answer, says string }{
		"permissions":              {`{"permissions":null}`, "permissions: null is invalid"},
		"approvers":                {`{"permissions":{"approvers":null}}`, "approvers: null is invalid"},
		"one of them":              {`{"permissions":{"approvers":["eve@example.com",null]}}`, "approvers: null is invalid"},
		"viewers":                  {`{"permissions":{"approvers":["eve@example.com"],"viewers":null}}`, "viewers: null is invalid"},
		"approvals":                {`{"permissions":{"approvals":null}}`, "approvals: null is invalid"},
		"whose approvals":          {`{"permissions":{"approvals":[{"from":null,"count":1}]}}`, "approvals: null is invalid"},
		"self-approval":            {`{"permissions":{"self_approval":null}}`, "self_approval: null is invalid"},
		"the timeout":              {`{"permissions":{"timeout_seconds":null}}`, "timeout_seconds: null is invalid"},
		"a newer version":          {`{"version":"1.1","permissions":{"approvers":null,"later":null}}`, "approvers: null is invalid"},
		"too many":                 {`{"permissions":{"approvers":["` + strings.Join(append(short(1000), "eve@example.com"), `","`) + `"]}}`, "1001 of them, more than 1000"},
		"too large a reason":       {`{"reason":"` + strings.Repeat("a", 70<<10) + `"}`, "the limit of a response without permissions"},
		"too large at all":         {`{"permissions":{"approvers":["` + strings.Repeat("a", 257<<10) + `"]}}`, "more than 262144"},
		"groups that are too long": {answerOf(t, map[string]any{"approvers": groups(700)}), "bytes of the record, more than 81920"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, sampleFlow())
			m.answer(run.OnRequest, tc.answer)
			for m.run.Engine.Next == run.NextHook {
				m.answer(m.run.Engine.Hook, `{}`)
			}
			m.is(run.Pending, run.NextReview)
			if r := m.run.Review; !slices.Equal(r.Approvers, []string{"admins"}) || len(r.Errors) == 0 || !strings.Contains(r.Errors[0].Error, tc.says) {
				t.Errorf("the review is %+v, want admins only and %q", r, tc.says)
			}
			if m.run.MayAct(run.Approve, grace, nil) == nil {
				t.Error("the flow's approvers may decide")
			}
		})
	}
	t.Run("notifications", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, `{"notifications":null,"subscriptions":["on_request"]}`)
		if r := m.run.Review; len(r.Errors) != 1 || r.Errors[0].Hook != string(run.GetNotifications) || !slices.Equal(r.Approvers, []string{"group:sre"}) {
			t.Errorf("the review is %+v", r)
		}
	})
	// What is left out keeps the flow's, and an empty list is empty.
	for answer, want := range map[string][]string{`{"permissions":{}}`: {"group:sre"}, `{"permissions":{"approvers":[]}}`: {}, `{}`: {"group:sre"}} {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, answer)
		for m.run.Engine.Next == run.NextHook {
			m.answer(m.run.Engine.Hook, `{}`)
		}
		if got := m.run.Review.Approvers; !slices.Equal(got, want) || m.run.MayAct(run.Approve, root, nil) != nil {
			t.Errorf("%s leaves %q, want %q and the admins", answer, got, want)
		}
	}
}

func groups(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("group:%0250d", i)
	}
	return list
}

// An approve with a duration of null would be one for all that was requested.
func TestADurationOfNull(t *testing.T) {
	got := hookapi.CheckResponse(run.OnRequest, "sample", []byte(`{"transition":"approve","duration_seconds":null}`), 3600)
	if got.Transition != "" || len(got.Mistakes) != 1 || !strings.Contains(got.Mistakes[0], "duration_seconds: null is invalid") {
		t.Errorf("got %+v", got)
	}
}

// Whom the directory knows under another identity by now is the same person as
// the one of whom a digest is kept.
func TestADigestFollowsTheDirectory(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, answerOf(t, map[string]any{"approvers": append(longAddresses(999), "hal@example.com")}))
	file := today()
	renamed(file, "hal@example.com", "harriet@example.com")
	if err := m.run.MayAct(run.Approve, someone("harriet"), file); err != nil {
		t.Error(err)
	}
	if m.run.MayAct(run.Approve, someone("harriet"), today()) == nil {
		t.Error("another address may decide")
	}
}
