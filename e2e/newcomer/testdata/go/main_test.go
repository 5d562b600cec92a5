package main

import (
	"reflect"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

func TestApproveReplicated(t *testing.T) {
	for replicas, want := range map[int]hook.FromRequest{1: hook.Continue(), 3: hook.Approve("3 replicas serve meanwhile.")} {
		got, err := approveReplicated(t.Context(), hooktest.Event(hooktest.Field("replicas", replicas), hooktest.Var("enough", 2)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v (%v), want %v", got, err, want)
		}
	}
}
