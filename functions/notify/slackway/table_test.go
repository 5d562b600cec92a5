package slackway_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// table is a [slackway.Store] in memory.
type table struct {
	mu     sync.Mutex
	runs   map[string]*run.Run
	copies map[string]map[string]copied
	users  map[string]store.SlackUser
	homes  []store.SlackHome
	// fails returns why a copy is not stored; nil stores all.
	fails func(store.SlackCopy) error
}

type copied struct {
	store.SlackCopy
	made bool
	at   time.Time
}

func newTable() *table {
	return &table{runs: map[string]*run.Run{}, copies: map[string]map[string]copied{}, users: map[string]store.SlackUser{}}
}

func (t *table) Load(_ context.Context, id string) (*run.Run, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := *t.runs[id]
	return &r, nil
}

// happen stores that something happened to a run, and returns its event.
func (t *table) happen(id string, name run.EventName, by run.Actor, to run.Status, reason string) api.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := *t.runs[id]
	r.History = append(slices.Clone(r.History), run.Entry{Seq: len(r.History) + 1, Event: name, Actor: by, Status: to, Reason: reason, At: start})
	r.Status = to
	r.Version++
	if (name == run.Approve || name == run.Deny) && to != run.Pending {
		r.Decision = &run.Decision{Event: name, By: by, At: start, Reason: reason}
	}
	if name == run.Escalate {
		r.Access = &run.Access{StartsAt: start, EndsAt: start.Add(time.Hour)}
	}
	t.runs[id] = &r
	e := r.History[len(r.History)-1]
	return api.Event{ID: id + "-" + string(rune('0'+e.Seq)), Type: api.EventTypeRun + string(name), Time: start, Entry: e, Request: r.View()}
}

func (t *table) ClaimSlackCopy(_ context.Context, runID string, c store.SlackCopy, now time.Time) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if was, there := t.copies[runID][c.Kind+"#"+c.Key]; there && (was.made || now.Sub(was.at) < time.Minute) {
		return false, nil
	}
	t.put(runID, copied{c, false, now})
	return true, nil
}

func (t *table) SaveSlackCopy(_ context.Context, runID string, c store.SlackCopy, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fails != nil {
		if err := t.fails(c); err != nil {
			return err
		}
	}
	t.put(runID, copied{c, true, now})
	return nil
}

func (t *table) put(runID string, c copied) {
	if t.copies[runID] == nil {
		t.copies[runID] = map[string]copied{}
	}
	t.copies[runID][c.Kind+"#"+c.Key] = c
}

func (t *table) SlackCopies(_ context.Context, runID string) (all []store.SlackCopy, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(t.copies[runID])) {
		if c := t.copies[runID][key]; c.made || c.Kind == store.SlackRemind {
			all = append(all, c.SlackCopy)
		}
	}
	return all, nil
}

func (t *table) SlackUserByEmail(_ context.Context, email string, now time.Time) (store.SlackUser, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u, known := t.users[email]
	return u, known && now.Sub(u.At) < 24*time.Hour, nil
}

func (t *table) SaveSlackUserByEmail(_ context.Context, email string, u store.SlackUser) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.users[email] = u
	return nil
}

func (t *table) SlackHomes(context.Context, time.Time) ([]store.SlackHome, error) {
	return slices.Clone(t.homes), nil
}
