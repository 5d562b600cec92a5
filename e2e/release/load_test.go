package release_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// workers is how many calls are made at a time.
const workers = 8

// plan is what is to become of a request.
type plan struct {
	flow, service string
	seconds       int
	// waits is the status in which the request is in flight, act what somebody does to it
	// later, by who; "" waits for its end. ends is how it must end.
	waits, ends api.Status
	act         string
}

// The plans. Most requests wait for people, as they do in production.
var plans = []plan{
	{flow: "deploy", service: "billing", waits: api.StatusPending, act: "approve", ends: api.StatusApproved},
	{flow: "deploy", service: "billing", waits: api.StatusPending, act: "deny", ends: api.StatusDenied},
	{flow: "deploy", service: "billing", waits: api.StatusPending, act: "cancel", ends: api.StatusCanceled},
	{flow: "deploy", service: "billing", waits: api.StatusPending, act: "approve", ends: api.StatusApproved},
	{flow: "access", seconds: 8 * 3600, waits: api.StatusActive, act: "revoke", ends: api.StatusRevoked},
}

// Access that ends by itself, and a request that code decides.
var (
	brief = plan{flow: "access", seconds: 300, waits: api.StatusActive, ends: api.StatusEnded}
	code  = plan{flow: "deploy", service: "website", waits: api.StatusApproved, ends: api.StatusApproved}
	// slow is in its hook for seconds.
	slow = plan{flow: "deploy", service: "slow", waits: api.StatusApproved, ends: api.StatusApproved}
)

// filed is a request.
type filed struct {
	plan
	id, who string
}

// crowd are the people at the API of a team.
type crowd struct{ url string }

func (c crowd) as(who string) (*api.Client, error) { return api.New(c.url, api.Bearer(who)) }

// file files a request.
func (c crowd) file(ctx context.Context, p plan, who string) (filed, error) {
	client, err := c.as(who)
	if err != nil {
		return filed{}, err
	}
	in := api.CreateInput{Flow: p.flow, DurationSeconds: p.seconds, Reason: "to test an upgrade"}
	in.Fields = map[string]any{"target": "db"}
	if p.service != "" {
		in.Fields = map[string]any{"service": p.service}
	}
	r, err := client.Create(ctx, in)
	if err != nil {
		return filed{}, err
	}
	return filed{p, r.ID, who}, nil
}

// fileAll files n requests and returns them once each is in flight.
func (c crowd) fileAll(t *testing.T, prefix string, n int, of func(i int) plan) []filed {
	t.Helper()
	all := make([]filed, n)
	each(t, n, func(i int) error {
		var err error
		all[i], err = c.file(t.Context(), of(i), fmt.Sprintf("%s%d@example.com", prefix, i))
		return err
	})
	c.await(t, all, func(f filed) api.Status { return f.waits })
	return all
}

// act does what is to be done to each request.
func (c crowd) act(t *testing.T, all []filed) {
	t.Helper()
	each(t, len(all), func(i int) error {
		f := all[i]
		who := "grace@example.com"
		if f.act == "cancel" {
			who = f.who
		}
		client, err := c.as(who)
		if err != nil {
			return err
		}
		switch f.act {
		case "approve":
			_, _, err = client.Approve(t.Context(), f.id, api.ApproveInput{})
		case "deny":
			_, _, err = client.Deny(t.Context(), f.id, api.DenyInput{Reason: "as planned"})
		case "cancel":
			_, _, err = client.Cancel(t.Context(), f.id, api.CancelInput{})
		case "revoke":
			_, _, err = client.Revoke(t.Context(), f.id, api.RevokeInput{Reason: "as planned"})
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", f.act, f.id, err)
		}
		return nil
	})
}

// ended waits until each request has ended as it must, and checks that it was decided once,
// and granted and ended at most once.
func (c crowd) ended(t *testing.T, all []filed) {
	t.Helper()
	c.await(t, all, func(f filed) api.Status { return f.ends })
	root, err := c.as("root@example.com")
	if err != nil {
		t.Fatal(err)
	}
	each(t, len(all), func(i int) error {
		r, err := root.Get(t.Context(), all[i].id)
		if err != nil {
			return err
		}
		count := map[api.EventName]int{}
		for _, e := range r.History {
			count[e.Event]++
		}
		decided := count[api.EventApprove] + count[api.EventDeny] + count[api.EventCancel] + count[api.EventExpire]
		granted := 0
		if all[i].flow == "access" {
			granted = 1
		}
		if over := count[api.EventDeescalate] + count[api.EventRevoke]; decided != 1 || count[api.EventEscalate] != granted || over != granted {
			return fmt.Errorf("request %s, %s: decided %d times, want 1; granted %d and ended %d times, want %d", r.ID, r.Status, decided, count[api.EventEscalate], over, granted)
		}
		return nil
	})
}

// someActive checks that access which ends by itself outlasted the deployment.
func (c crowd) someActive(t *testing.T, all []filed) {
	t.Helper()
	root, err := c.as("root@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if r, err := root.Get(t.Context(), f.id); err == nil && r.Status == api.StatusActive {
			return
		}
	}
	t.Error("the deployment took longer than access was there: it shows nothing of its end")
}

// await waits until each request has a status. One that the API does not know is lost.
func (c crowd) await(t *testing.T, all []filed, want func(filed) api.Status) {
	t.Helper()
	root, err := c.as("root@example.com")
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(10 * time.Minute)
	each(t, len(all), func(i int) error {
		f := all[i]
		for ; ; time.Sleep(500 * time.Millisecond) {
			r, err := root.Get(t.Context(), f.id)
			var refused *api.Problem
			if errors.As(err, &refused) && refused.Status == 404 {
				return fmt.Errorf("request %s is lost: %w", f.id, err)
			}
			switch {
			case err == nil && r.Status == want(f):
				return nil
			case time.Now().After(until):
				return fmt.Errorf("request %s of flow %s, to %s, is %v (%v), want %s", f.id, f.flow, f.act, r, err, want(f))
			}
		}
	})
}

// each calls do for 0 to n-1, some at a time. Errors fail the test, the first ten by name.
func each(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	next := make(chan int)
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	if len(errs) > 0 {
		t.Fatalf("%d of %d failed:\n%v", len(errs), n, errors.Join(errs[:min(len(errs), 10)]...))
	}
}
