package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

const (
	maxSafe  = 40 // of 60 characters each: a value has at most 4 KiB
	safeDays = 180
)

// safePackage is a package that people have approved.
type safePackage struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// approveSafe approves a package that people have approved within the last 180 days.
func approveSafe(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	name := e.Fields.String("package")
	for _, known := range safePackages(e) {
		if known.Name == name {
			e.Check("on the safelist", true, name)
			return hook.Approve("People approved " + name + " on " + known.At.Format(time.DateOnly) + "."), nil
		}
	}
	e.Check("on the safelist", false, name)
	return hook.Continue(), nil
}

// learnSafe keeps what people approve: it is stored together with their approval, or not at
// all. The newest packages stay.
func learnSafe(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
	if e.ByHook() {
		return hook.Continue(), nil
	}
	name := e.Fields.String("package")
	known := slices.DeleteFunc(safePackages(e), func(p safePackage) bool { return p.Name == name })
	known = append(known, safePackage{name, e.At.UTC().Truncate(time.Second)})
	e.Store().Flow().Put("safe", known[max(0, len(known)-maxSafe):], safeDays*24*time.Hour)
	return hook.Continue(), nil
}

// safePackages returns the packages that people approved lately, the newest last.
func safePackages(e *hook.Event) (known []safePackage) {
	e.Store().Flow().Get("safe", &known)
	return slices.DeleteFunc(known, func(p safePackage) bool { return e.At.Sub(p.At) > safeDays*24*time.Hour })
}

// ownPeopleOnly shows the flow to people whose address is the company's, which requesters:
// can't say.
func ownPeopleOnly(_ context.Context, v *hook.Viewer) (bool, error) {
	company := v.Flow.Vars.String("company")
	return company != "" && strings.HasSuffix(strings.ToLower(v.Requester.Email), "@"+strings.ToLower(company)), nil
}
