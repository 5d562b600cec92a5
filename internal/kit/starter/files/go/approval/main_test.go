package main

import (
	"reflect"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// A hook is a function: the test calls it with an event, and compares the outcome.
func TestApproveLowRisk(t *testing.T) {
	for service, want := range map[string]hook.FromRequest{
		"website": hook.Approve("website is low risk."),
		"billing": hook.Continue(),
		"":        hook.Continue(),
	} {
		t.Run(service, func(t *testing.T) {
			got, err := approveLowRisk(t.Context(), hooktest.Event(
				hooktest.Flow("deploy"), hooktest.Field("service", service), hooktest.Var("low_risk", []string{"website"}),
			))
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v (%v), want %v", got, err, want)
			}
		})
	}
}
