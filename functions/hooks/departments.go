package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// searches are the functions that return the options of fields.
type searches = map[string]func(context.Context, *hook.Search) ([]hook.Option, error)

// applicationsOf returns the applications of the chosen department: the var applications
// lists them. A request without a department has none.
func applicationsOf(_ context.Context, s *hook.Search) ([]hook.Option, error) {
	raw, _ := s.Flow.Vars.Lookup("applications")
	var all map[string][]string
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("vars.applications must be lists by department: %w", err)
	}
	var found []hook.Option
	for _, name := range all[s.Fields.String("department")] {
		if strings.Contains(strings.ToLower(name), strings.ToLower(s.Query)) {
			found = append(found, hook.Option{Value: name})
		}
	}
	return found, nil
}

// approveFreeApplications approves an application that costs nothing. A department pays for
// the others, so people decide.
func approveFreeApplications(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	name := e.Fields.String("application")
	if !e.Check("costs nothing", slices.Contains(e.Flow.Vars.Strings("free"), name), name) {
		return hook.Continue(), nil
	}
	return hook.Approve(name + " costs nothing."), nil
}
