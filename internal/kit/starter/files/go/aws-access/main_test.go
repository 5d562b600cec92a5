package main

import (
	"reflect"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// A hook is a function: the test calls it with an event, and compares the outcome.
func TestApproveLowRisk(t *testing.T) {
	low := hooktest.Target("target", "prod-read", "Production, read-only", map[string]any{"low_risk": true})
	other := hooktest.Target("target", "prod-admin", "Production, administrator", nil)
	approved := hook.Approve("Production, read-only is low risk.")
	for name, tc := range map[string]struct {
		target hooktest.Option
		hours  time.Duration
		want   hook.FromRequest
	}{
		"low risk":                {low, 1, approved.For(time.Hour)},
		"low risk for four hours": {low, 4, approved.For(time.Hour)},
		"not low risk":            {other, 1, hook.Continue()},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := approveLowRisk(t.Context(), hooktest.Event(hooktest.Flow("aws-access"), tc.target, hooktest.Duration(tc.hours*time.Hour)))
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %v (%v), want %v", got, err, tc.want)
			}
		})
	}
}
