package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// decided stores a request that somebody's act ended.
func (w *recordWorld) decided(n int, requester, approver run.Person) {
	w.t.Helper()
	r, err := run.New(run.Draft{
		ID: w.id(n), Channel: run.ViaAPI, Reason: "my leg hurts", Requester: requester, Context: []byte(`{"phone":"555"}`),
		Flow: run.Flow{Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Review: run.ReviewRule{
			Approvers: []string{"everyone"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
		}},
	}, w.clock.Now())
	if err == nil {
		err = w.store.Create(w.t.Context(), r, []byte(`{"phone":"555"}`))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	steps := []engine.Step{{ID: "1", Response: &engine.HookResponse{Body: []byte(`{"subscriptions":["on_request"]}`), Version: "1"}}}
	if approver.ID != "" {
		act := run.Act{ID: run.NewID(w.clock.Now()), Event: run.Approve, Person: approver, Reason: "fine", Channel: run.ViaAPI, At: w.clock.Now()}
		if err := w.store.AddAct(w.t.Context(), r, act); err != nil {
			w.t.Fatal(err)
		}
		steps = append(steps, engine.Step{ID: "2", Acts: []run.Act{act}})
	}
	for _, s := range steps {
		s.Turn, s.HooksVersion = r.Engine.Turn, "1"
		if r, _, err = engine.Decide(r, s, w.clock.Now()); err == nil {
			err = w.store.Save(w.t.Context(), r)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// items are all of the table, as text.
func (w *recordWorld) items() map[string]string {
	w.t.Helper()
	out, err := w.table.Scan(w.t.Context(), &dynamodb.ScanInput{TableName: &w.name})
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]string{}
	for _, it := range out.Items {
		text := ""
		for _, name := range slices.Sorted(maps.Keys(it)) {
			switch v := it[name].(type) {
			case *types.AttributeValueMemberS:
				text += name + "=" + v.Value + "\n"
			case *types.AttributeValueMemberSS:
				text += name + "=" + strings.Join(slices.Sorted(slices.Values(v.Value)), " ") + "\n"
			}
		}
		all[it["pk"].(*types.AttributeValueMemberS).Value+" "+it["sk"].(*types.AttributeValueMemberS).Value] = text
	}
	return all
}

// put stores an item with a body.
func (w *recordWorld) put(pk, sk, body string) {
	w.t.Helper()
	it := itemKey{pk, sk}.attributes()
	it["body"] = &types.AttributeValueMemberS{Value: body}
	if _, err := w.table.PutItem(w.t.Context(), &dynamodb.PutItemInput{TableName: &w.name, Item: it}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *recordWorld) erase(args ...string) (string, int) {
	w.t.Helper()
	code, out, messages := w.run(w.t.Context(), "erase", args...)
	return out + messages, code
}

// After an erasure nothing in the table names the person, in keys either, and
// everything verifies, the digests that were signed before included.
func TestErase(t *testing.T) {
	w := newRecordWorld(t)
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada Lovelace", Principal: "https://issuer|7b1c", Groups: []string{"sre"}}
	grace := run.Person{ID: "grace@example.com", Email: "grace@example.com", Name: "Grace Hopper"}
	w.decided(1, ada, grace)
	w.decided(2, grace, ada)
	w.decided(3, grace, grace)
	if _, err := w.store.Link(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	w.put("TALLY#f", "PERSON#https://issuer|7b1c", `{"approved":[1]}`)
	w.put("LIMIT#f#ada@example.com", "LIMIT", `{}`)
	key := lease.Key{Strategy: "iam-group", Person: "ada@example.com", Target: "g"}
	w.put("LEASE#"+key.String(), "LEASE", `{"schema":1,"strategy":"iam-group","person":"ada@example.com","target":"g","fence":2}`)
	w.clock.Advance(15 * time.Hour)
	w.digest()

	before := w.items()
	if out, code := w.erase("ada@example.com"); code != 2 || !strings.Contains(out, "--yes") {
		t.Errorf("without --yes: %d %s", code, out)
	}
	out, code := w.erase("ada@example.com", "--dry-run")
	if code != 0 || !strings.Contains(out, "would   request "+w.id(1)) || !strings.Contains(out, "login https://issuer|7b1c belongs to this person") {
		t.Errorf("dry run: %d %s", code, out)
	}
	if now := w.items(); fmt.Sprint(now) != fmt.Sprint(before) {
		t.Error("the dry run changed something")
	}
	if out, code = w.erase("ada@example.com", "--yes"); code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	for name, text := range w.items() {
		for _, gone := range []string{"ada@example.com", "Lovelace", "issuer|7b1c"} {
			if strings.Contains(name+text, gone) {
				t.Errorf("%q is still in %s: %s", gone, name, text)
			}
		}
		if strings.HasPrefix(name, "RUN#"+w.id(1)) && (strings.Contains(text, "my leg") || strings.Contains(text, "phone")) {
			t.Errorf("what was asked is still in %s: %s", name, text)
		}
	}
	if out, code = w.verify(); code != 0 || !strings.Contains(out, "3 requests verified, 0 wrong") || !strings.Contains(out, "2 requests with erased texts") {
		t.Errorf("it does not verify: %d %s", code, out)
	}
	if out, code = w.erase("ada@example.com", "https://issuer|7b1c", "--yes"); code != 0 || !strings.Contains(out, "0 items erased, 0 kept") {
		t.Errorf("again: %d %s", code, out)
	}
}

// A Slack account is personal data of whom it is linked to. It is found by their address
// and by their login; what knows the account alone is deleted too, and no other account.
func TestEraseSlackAccounts(t *testing.T) {
	ada := run.SlackAccount{Team: "T1", User: "U0ADA", Workspace: "Example", Name: "Ada Lovelace", Email: "ada@example.com",
		Person: run.Person{ID: "AROA:ada", Email: "ada@example.com", Principal: "https://issuer|7b1c"}, At: time.Now()}
	second := ada
	second.User, second.Email, second.Person.ID, second.Person.Email = "U0ADB", "lovelace@example.org", "AROA:other", "lovelace@example.org"
	grace := run.SlackAccount{Team: "T1", User: "U0GRACE", Name: "Grace", Email: "grace@example.com", Person: run.Person{ID: "grace@example.com", Email: "grace@example.com", Principal: "https://issuer|9"}, At: time.Now()}
	for _, name := range []string{"ada@example.com", "https://issuer|7b1c", "AROA:ada"} {
		w := newRecordWorld(t)
		w.decided(1, run.Person{ID: "linus@example.com", Email: "linus@example.com"}, grace.Person)
		w.decided(2, grace.Person, run.Person{}) // goes on
		for _, l := range []run.SlackAccount{ada, second, grace} {
			if err := w.store.SaveSlackLink(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			if _, err := w.store.CountSlackAct(t.Context(), l.Team, l.User, time.Now()); err != nil {
				t.Fatal(err)
			}
			for n := 1; n <= 2; n++ {
				form := store.SlackCopy{Kind: store.SlackView, Key: "V" + l.User, User: l.User}
				if err := w.store.SaveSlackCopy(t.Context(), w.id(n), form, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.put("TALLY#f", "PERSON#https://issuer|7b1c", `{"approved":[1]}`)
		out, code := w.erase(name, "--yes")
		kept := "kept    request " + w.id(2) + ": a message in Slack about a request that is not over yet"
		if code != 1 || strings.Count(out, kept) != 2 || !strings.Contains(out, "Slack account T1-U0ADA belongs to this person, and is erased too") || !strings.Contains(out, "Slack account T1-U0ADB belongs") {
			t.Errorf("%s: %d %s", name, code, out)
		}
		left := ""
		for item, text := range w.items() {
			if left += item + "\n"; strings.HasPrefix(item, "SLACK#RUN#"+w.id(2)) {
				continue
			}
			for _, gone := range []string{"ada@example.com", "Lovelace", "issuer|7b1c", "U0ADA", "U0ADB", "lovelace@example.org"} {
				if strings.Contains(item+text, gone) {
					t.Errorf("%s: %q is still in %s: %s", name, gone, item, text)
				}
			}
		}
		for _, stays := range []string{"BIND#T1#U0GRACE", "LIMIT#SLACK#T1#U0GRACE", "SLACK#RUN#" + w.id(1) + " VIEW#VU0GRACE", "SLACK#RUN#" + w.id(2) + " VIEW#VU0ADA"} {
			if !strings.Contains(left, stays) {
				t.Errorf("%s: %s is gone", name, stays)
			}
		}
	}
}

// What goes on is left, and said.
func TestEraseLeavesWhatGoesOn(t *testing.T) {
	w := newRecordWorld(t)
	w.decided(1, run.Person{ID: "ada@example.com", Email: "ada@example.com"}, run.Person{})
	w.put("LEASE#iam-group#ada@example.com#g", "LEASE", `{"schema":1,"strategy":"iam-group","person":"ada@example.com","target":"g","given":true,"fence":2,"holders":[{"run_id":"R","state":"held","at":"2026-11-23T10:00:00Z"}]}`)
	before := w.items()
	out, code := w.erase("ada@example.com", "--yes")
	if code != 1 || !strings.Contains(out, "kept    request "+w.id(1)+": it is not over yet") || !strings.Contains(out, "kept    item LEASE#") || !strings.Contains(out, "0 items erased, 2 kept") {
		t.Errorf("%d %s", code, out)
	}
	if fmt.Sprint(w.items()) != fmt.Sprint(before) {
		t.Error("something was changed")
	}
}
