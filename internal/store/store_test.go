package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// table is an empty table as the template declares it, with a client of its own
// for what the store doesn't show.
type table struct {
	client *sdk.Client
	name   string
}

// open returns a store over an empty table.
func open(t testing.TB) *store.Store {
	t.Helper()
	tab := openTable(t)
	return store.New(tab.client, tab.name)
}

// openTable makes the table at the local service or, with
// LOCALAWS_DYNAMODB_ENDPOINT, at any other.
func openTable(t testing.TB) table {
	t.Helper()
	stack, err := template.Load("../../template.yaml", template.Options{Region: "us-east-1", AccountID: "123456789012", StackName: t.Name(), FunctionVersion: func(string) (string, error) { return "1", nil }})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := os.Getenv("LOCALAWS_DYNAMODB_ENDPOINT")
	if endpoint == "" {
		service, err := dynamodb.Open(dynamodb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(service)
		endpoint = server.URL
		t.Cleanup(func() { server.Close(); _ = service.Close() })
	}
	client := sdk.New(sdk.Options{BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	var create sdk.CreateTableInput
	if err := json.Unmarshal(stack.Tables[0].CreateTable, &create); err != nil {
		t.Fatal(err)
	}
	name := "t" + run.NewID(time.Now())
	create.TableName = &name
	if _, err := client.CreateTable(t.Context(), &create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = client.DeleteTable(context.WithoutCancel(t.Context()), &sdk.DeleteTableInput{TableName: aws.String(name)})
	})
	return table{client, name}
}

// asked makes and stores the nth request of somebody for a flow.
func asked(t testing.TB, s *store.Store, n int, flow, who string) *run.Run {
	t.Helper()
	return askedAt(t, s, start.Add(time.Duration(n)*time.Minute), n, flow, who)
}

// askedAt creates a run at a time.
func askedAt(t testing.TB, s *store.Store, at time.Time, n int, flow, who string) *run.Run {
	t.Helper()
	r, err := run.New(run.Draft{
		ID: run.HashID(fmt.Sprint(n)), Requester: run.Person{ID: who, Email: who}, Channel: run.ViaAPI,
		Flow: run.Flow{Name: flow, Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Review: run.ReviewRule{
			Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
		}},
	}, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// heard applies a response of the run's hook, and saves the run.
func heard(t testing.TB, s *store.Store, r *run.Run, answer string) *run.Run {
	t.Helper()
	next, _, err := engine.Decide(r, engine.Step{
		ID: "step" + run.NewID(time.Now()), Turn: r.Engine.Turn, Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: "1"}, HooksVersion: "1",
	}, r.CreatedAt.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	return next
}

const (
	toPeople = `{"subscriptions":[]}`
	approve  = `{"transition":"approve","subscriptions":[]}`
)

func TestARunComesBackAsItWas(t *testing.T) {
	s := open(t)
	r := heard(t, s, asked(t, s, 1, "f", "ada@example.com"), toPeople)
	got, err := s.Load(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got, cmp.AllowUnexported(run.Entry{})); diff != "" {
		t.Error(diff)
	}
	if err := run.Verify(got.History); err != nil {
		t.Error(err)
	}
	if _, err := s.Load(t.Context(), run.NewID(start)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if _, err := s.LoadAll(t.Context(), run.NewID(start)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestARunIsCreatedOnce(t *testing.T) {
	s := open(t)
	r := asked(t, s, 1, "f", "ada@example.com")
	if err := s.Create(t.Context(), r, []byte(`{"other":1}`)); !errors.Is(err, store.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
}

func TestContextAndActsStandBesideTheRun(t *testing.T) {
	s := open(t)
	r, err := run.New(run.Draft{ID: run.NewID(start), Flow: run.Flow{Name: "f"}, Requester: run.Person{ID: "ada@example.com"}, Context: json.RawMessage(`{"a":1}`)}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), r, []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	var want []run.Act
	for i := range 3 {
		a := run.Act{ID: run.NewID(start.Add(time.Duration(3-i) * time.Second)), Event: run.Approve, At: start.Add(time.Duration(3-i) * time.Second)}
		want = append([]run.Act{a}, want...)
		for range 2 { // twice is once
			if err := s.AddAct(t.Context(), r, a); err != nil {
				t.Fatal(err)
			}
		}
	}
	rec, err := s.LoadAll(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rec.Acts); diff != "" {
		t.Errorf("acts: %s", diff)
	}
	if string(rec.Context) != `{"a":1}` {
		t.Errorf("context is %s", rec.Context)
	}
}

// A context that does not get in keeps its run out, and the other way round.
func TestContextAndRunComeTogether(t *testing.T) {
	s := open(t)
	first := asked(t, s, 1, "f", "ada@example.com")
	if err := s.Create(t.Context(), first, []byte(`{"late":1}`)); !errors.Is(err, store.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	rec, err := s.LoadAll(t.Context(), first.ID)
	if err != nil || rec.Context != nil {
		t.Errorf("context is %s (%v), want none: it is of a request that was refused", rec.Context, err)
	}
}

// Of any number who change one run at once, one does.
func TestOneOfManySaves(t *testing.T) {
	s := open(t)
	r := asked(t, s, 1, "f", "ada@example.com")
	var won, lost int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			mine := *r
			err := s.Save(t.Context(), &mine)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, store.ErrConflict):
				lost++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won != 1 || lost != 99 {
		t.Errorf("%d won and %d lost, want 1 and 99", won, lost)
	}
}

func TestLists(t *testing.T) {
	s := open(t)
	grace := run.Person{ID: "grace@example.com", Email: "grace@example.com", Groups: []string{"sre"}}
	var all, pending []string
	for n := range 30 {
		r := asked(t, s, n, "f", "ada@example.com")
		all = append([]string{r.ID}, all...)
		if n%3 == 0 {
			heard(t, s, r, toPeople)
			pending = append([]string{r.ID}, pending...)
		} else if n%3 == 1 {
			heard(t, s, r, approve)
		}
	}
	asked(t, s, 100, "f", "eve@example.com")
	heard(t, s, asked(t, s, 101, "other", "eve@example.com"), toPeople)
	lists := map[string]struct {
		page func(q store.Query) (store.Page, error)
		want []string
	}{
		"mine": {func(q store.Query) (store.Page, error) {
			return s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, q)
		}, all},
		"mine, pending": {func(q store.Query) (store.Page, error) {
			q.Status = run.Pending
			return s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, q)
		}, pending},
		"inbox": {func(q store.Query) (store.Page, error) { return s.Inbox(t.Context(), []string{"f"}, grace, nil, q) }, pending},
		"a stranger's inbox": {func(q store.Query) (store.Page, error) {
			return s.Inbox(t.Context(), []string{"f", "other"}, run.Person{ID: "x"}, nil, q)
		}, nil},
		"flow": {func(q store.Query) (store.Page, error) {
			q.To = start.Add(50 * time.Minute)
			return s.Flow(t.Context(), "f", q, start.AddDate(0, 2, 0), nil)
		}, all},
		"a window": {func(q store.Query) (store.Page, error) {
			q.From, q.To = start.Add(10*time.Minute), start.Add(20*time.Minute)
			return s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, q)
		}, all[10:20]},
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				q := store.Query{Limit: rapid.IntRange(1, 40).Draw(t, "limit")}
				var got []string
				for pages := 0; ; pages++ {
					page, err := list.page(q)
					if err != nil {
						t.Fatal(err)
					}
					if len(page.Runs) > q.Limit {
						t.Fatalf("a page of %d, want at most %d", len(page.Runs), q.Limit)
					}
					for _, r := range page.Runs {
						got = append(got, r.View.ID)
					}
					if page.Next == "" {
						break
					}
					if pages > 100 {
						t.Fatal("the list does not end")
					}
					q.After = page.Next
				}
				if !slices.Equal(got, list.want) {
					t.Fatalf("got %v, want %v", got, list.want)
				}
			})
		})
	}
	for _, bad := range []string{"x", "2026-11-23T10:00:00.000Z", "2026-11-23T10:00:00Z#", "2026-11-23T10:00:00.000Z#abc"} {
		if _, err := s.Mine(t.Context(), run.Person{ID: "ada@example.com"}, store.Query{Limit: 1, After: bad}); !errors.Is(err, store.ErrBadPosition) {
			t.Errorf("position %q: got %v, want ErrBadPosition", bad, err)
		}
	}
}
