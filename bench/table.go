package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	localdynamodb "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// table is an empty table as the template declares it: of this machine or, with
// LOCALAWS_DYNAMODB_ENDPOINT, of another DynamoDB.
type table struct {
	client *dynamodb.Client
	name   string
	store  *store.Store
	close  func()
}

// where names the DynamoDB that tables are made in.
func where() string {
	if os.Getenv("LOCALAWS_DYNAMODB_ENDPOINT") != "" {
		return "DynamoDB Local"
	}
	return "local table"
}

func openTable(ctx context.Context) (*table, error) {
	stack, err := template.Load("template.yaml", template.Options{
		Region: "us-east-1", AccountID: "123456789012", StackName: "bench", FunctionVersion: func(string) (string, error) { return "1", nil },
	})
	if err != nil {
		return nil, err
	}
	t := &table{name: "t" + run.NewID(time.Now()), close: func() {}}
	endpoint := os.Getenv("LOCALAWS_DYNAMODB_ENDPOINT")
	if endpoint == "" {
		service, err := localdynamodb.Open(localdynamodb.Options{})
		if err != nil {
			return nil, err
		}
		server := httptest.NewServer(service)
		endpoint = server.URL
		t.close = func() { server.Close(); _ = service.Close() }
	}
	t.client = dynamodb.New(dynamodb.Options{BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	t.store = store.New(t.client, t.name)
	var create dynamodb.CreateTableInput
	if err := json.Unmarshal(stack.Tables[0].CreateTable, &create); err != nil {
		t.close()
		return nil, err
	}
	create.TableName = &t.name
	if _, err := t.client.CreateTable(ctx, &create); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// started is when the runs of a table begin.
var started = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// grace decides, root is the admin.
var (
	grace = run.Person{ID: "grace@example.com", Groups: []string{"sre"}}
	root  = run.Person{ID: "root@example.com"}
)

// asked is the nth run: of four, two wait for grace, one was denied by her, and one has
// access that is open. What is open belongs to one person in five; all else is ada's.
func asked(n int) (r *run.Run, act *run.Act, err error) {
	at := started.Add(time.Duration(n) * time.Second)
	requester := run.Person{ID: "ada@example.com"}
	if n%4 == 3 {
		requester.ID = fmt.Sprintf("person-%d@example.com", n/20)
	}
	r, err = run.New(run.Draft{
		ID: run.HashID(fmt.Sprint(n)), Requester: requester, Channel: run.ViaAPI, Reason: fmt.Sprintf("ticket %d", n),
		Flow: run.Flow{Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{root.ID}, Review: run.ReviewRule{
			Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
		}},
	}, at)
	if err != nil {
		return nil, nil, err
	}
	answer := `{"subscriptions":[]}`
	if n%4 == 3 {
		answer = `{"transition":"approve","subscriptions":[]}`
	}
	r, _, err = engine.Decide(r, engine.Step{ID: "1", Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: "1"}, HooksVersion: "1"}, at)
	switch {
	case err != nil:
		return nil, nil, err
	case n%4 == 3:
		r.Status, r.Engine.Next = run.Active, run.NextActive
		r.Access = &run.Access{StartsAt: at, EndsAt: at.Add(time.Duration(1+n%7) * time.Hour)}
	case n%4 == 1:
		act = &run.Act{ID: run.NewID(at), Event: run.Deny, Person: grace, Channel: run.ViaAPI, At: at, Reason: "no"}
		r, _, err = engine.Decide(r, engine.Step{ID: "2", Acts: []run.Act{*act}, HooksVersion: "1"}, at)
	}
	return r, act, err
}

// fill stores n runs of [asked].
func (t *table) fill(ctx context.Context, n int) error { return t.fillWith(ctx, n, asked) }

// fillWith stores n runs, several at a time.
func (t *table) fillWith(ctx context.Context, n int, asked func(int) (*run.Run, *run.Act, error)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range n {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r, act, err := asked(i)
			if err != nil {
				return err
			}
			if act != nil {
				if err := t.store.AddAct(ctx, r, *act); err != nil {
					return err
				}
			}
			return t.store.Create(ctx, r, nil)
		})
	}
	return group.Wait()
}

// puts measures what saving a run takes on the local table: a conditional put by
// the SDK, there and back.
func (b *bench) puts(ctx context.Context) ([]figure, error) {
	t, err := openTable(ctx)
	if err != nil {
		return nil, err
	}
	defer t.close()
	r, _, err := asked(0)
	if err != nil {
		return nil, err
	}
	if err := t.store.Create(ctx, r, nil); err != nil {
		return nil, err
	}
	var took []float64
	for i := range 3300 {
		began := time.Now()
		if err := t.store.Save(ctx, r); err != nil {
			return nil, err
		}
		if i >= 300 {
			took = append(took, time.Since(began).Seconds()*1000)
		}
	}
	if r.Version < 3300 {
		return nil, fmt.Errorf("the run has version %d after 3,300 puts", r.Version)
	}
	return []figure{{where() + ": a conditional put of a run, p50", median(took), "ms", 0.3}}, nil
}

// lists measures the first page of 20 of the lists, among few and among many runs
// in turn, a round of each after the other.
func (b *bench) lists(ctx context.Context) ([]figure, error) {
	const few, many = 100, 100_000
	tables := map[int]*table{}
	for _, n := range []int{few, many} {
		t, err := openTable(ctx)
		if err != nil {
			return nil, err
		}
		defer t.close()
		defer t.client.DeleteTable(context.WithoutCancel(ctx), &dynamodb.DeleteTableInput{TableName: aws.String(t.name)})
		if err := t.fill(ctx, n); err != nil {
			return nil, err
		}
		tables[n] = t
	}
	today := &run.Today{Flows: map[string]run.TodayFlow{"f": {Admins: []string{root.ID}, Approvers: []string{"group:sre"}}}}
	lister := store.Reader{Person: root, Today: today, Flows: []string{"f"}}
	now := started.Add(48 * time.Hour) // in the month of all runs
	nowhere := store.Query{Limit: 20, Look: 500, Filter: func(r run.Summary) bool { return strings.Contains(r.View.Reason, "nowhere") }}
	pages := []struct {
		name string
		want int
		page func(*store.Store) (store.Page, error)
	}{
		{"inbox", 20, func(s *store.Store) (store.Page, error) {
			return s.Inbox(ctx, []string{"f"}, grace, nil, store.Query{Limit: 20})
		}},
		{"mine", 20, func(s *store.Store) (store.Page, error) {
			return s.Mine(ctx, run.Person{ID: "ada@example.com"}, store.Query{Limit: 20})
		}},
		{"reviewed", 20, func(s *store.Store) (store.Page, error) {
			return s.Reviewed(ctx, grace, today, store.Query{Limit: 20})
		}},
		{"flow", 20, func(s *store.Store) (store.Page, error) {
			return s.Flow(ctx, "f", store.Query{Limit: 20}, now, nil)
		}},
		{"live of a flow", 20, func(s *store.Store) (store.Page, error) { return s.Live(ctx, lister, store.Query{Limit: 20}) }},
		{"live of one person", 5, func(s *store.Store) (store.Page, error) {
			return s.Live(ctx, store.Reader{Person: run.Person{ID: "person-3@example.com"}, Today: today}, store.Query{Limit: 20})
		}},
		{"all", 20, func(s *store.Store) (store.Page, error) {
			return s.Readable(ctx, lister, store.Query{Limit: 20, Look: 500}, now)
		}},
	}
	// Among 100, a text is looked for in 100 runs, else in 500: no ratio.
	text, err := lookedFor(tables[many].store, func(s *store.Store) (store.Page, error) { return s.Readable(ctx, lister, nowhere, now) })
	if err != nil {
		return nil, err
	}
	figures := []figure{{fmt.Sprintf("%s: a text that 500 requests don't have, among 100,000, p50", where()), text, "ms", 50}}
	for _, list := range pages {
		took := map[int][]float64{}
		const rounds, warm = 500, 150
		for round := range rounds + warm {
			for _, n := range []int{few, many} {
				began := time.Now()
				page, err := list.page(tables[n].store)
				if err != nil {
					return nil, err
				}
				if len(page.Runs) != list.want {
					return nil, fmt.Errorf("%s: a page of %d, want %d", list.name, len(page.Runs), list.want)
				}
				if round >= warm {
					took[n] = append(took[n], time.Since(began).Seconds()*1000)
				}
			}
		}
		a, z := median(took[many]), median(took[few])
		figures = append(figures, figure{fmt.Sprintf("%s: first page of %s, among 100,000 (%.2f ms) against among 100 (%.2f ms), p50", where(), list.name, a, z), a / z, "×", 1.5})
		if where() == "local table" {
			figures = append(figures, figure{"local table: first page of " + list.name + " among 100,000, p50", a, "ms", 5})
		}
	}
	return figures, nil
}

// lookedFor measures a page that looks at 500 runs and shows none.
func lookedFor(s *store.Store, page func(*store.Store) (store.Page, error)) (float64, error) {
	var took []float64
	for range 50 {
		began := time.Now()
		got, err := page(s)
		if err != nil {
			return 0, err
		}
		if len(got.Runs) > 0 || got.Looked != 500 {
			return 0, fmt.Errorf("a text that no run has: %d of %d", len(got.Runs), got.Looked)
		}
		took = append(took, time.Since(began).Seconds()*1000)
	}
	return median(took), nil
}
