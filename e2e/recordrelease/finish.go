package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Ends is how a run must end, by what is to happen to it.
var Ends = map[string]run.Status{
	"approve": run.Approved, "deny": run.Denied, "cancel": run.Canceled, "expire": run.Expired, "ask again": run.Approved,
	"give": run.Ended, "end": run.Ended, "revoke": run.Revoked, "take back": run.Ended, "go on giving": run.Ended,
}

// finish does what people are to do with the runs of an older release, and waits
// until each has ended as it must, its history going on from where it stood.
func (rec *Recording) finish(s system, patience time.Duration) error {
	for _, r := range rec.Runs {
		if err := s.then(r); err != nil {
			return fmt.Errorf("%s run %s: %w", r.Then, r.ID, err)
		}
	}
	var wrong []error
	until := time.Now().Add(patience)
	for _, r := range rec.Runs {
		wrong = append(wrong, s.ended(r, until))
	}
	var executions struct {
		Executions []struct {
			Name string `json:"name"`
		} `json:"executions"`
	}
	m, err := s.machines()
	if err != nil {
		return err
	}
	for {
		if err := s.aws("AWSStepFunctions.ListExecutions", map[string]any{"stateMachineArn": m.lifecycle, "statusFilter": "RUNNING"}, &executions); err != nil {
			return err
		}
		if len(executions.Executions) == 0 || time.Now().After(until) {
			break
		}
		time.Sleep(time.Second)
	}
	if left := executions.Executions; len(left) > 0 {
		wrong = append(wrong, fmt.Errorf("executions still run: %v", left))
	}
	return errors.Join(wrong...)
}

// then does what people are to do with a run.
func (s system) then(r Run) error {
	who, act := "linus@example.com", r.Then
	switch r.Then {
	case "give":
		act = "approve"
	case "cancel":
		view, err := s.view(r.ID)
		if err != nil {
			return err
		}
		who = view.History[0].Actor.Email
	case "approve", "deny", "revoke":
	default:
		return nil
	}
	return s.api(who, "/requests/"+r.ID+"/"+act, map[string]any{}, nil)
}

// view is a run as the API shows it.
type view struct {
	Status  run.Status  `json:"status"`
	History []run.Entry `json:"history"`
}

func (s system) view(id string) (v view, err error) {
	err = s.get("root@example.com", "/requests/"+id, &v)
	return v, err
}

// ended waits until a run has ended, and returns what is wrong with that.
func (s system) ended(r Run, until time.Time) error {
	want := Ends[r.Then]
	if r.Then == Stay {
		want = run.Status(strings.ToLower(r.State))
	}
	for ; ; time.Sleep(time.Second) {
		v, err := s.view(r.ID)
		if err != nil {
			return fmt.Errorf("run %s: %w", r.ID, err)
		}
		if v.Status != want {
			if time.Now().After(until) {
				return fmt.Errorf("run %s, to %s from %s, is %s, want %s", r.ID, r.Then, r.State, v.Status, want)
			}
			continue
		}
		if err := run.Verify(v.History); err != nil {
			return fmt.Errorf("run %s: %w", r.ID, err)
		}
		if r.Hash != "" && !slices.ContainsFunc(v.History, func(e run.Entry) bool { return e.Hash == r.Hash }) {
			text, err := json.Marshal(v.History)
			return errors.Join(err, fmt.Errorf("run %s: its history doesn't go on from where it stood: %s", r.ID, text))
		}
		return nil
	}
}
