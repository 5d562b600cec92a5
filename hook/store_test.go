package hook_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// threeADay fast-tracks three requests of a person a day.
func threeADay(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	var count struct{ Today int }
	mine := e.Store().Person()
	mine.Get("fast_tracked", &count)
	if count.Today >= 3 {
		return hook.Continue(), nil
	}
	count.Today++
	mine.Put("fast_tracked", count, 24*time.Hour)
	return hook.Approve(fmt.Sprintf("Fast-tracked, %d of 3 today.", count.Today)), nil
}

func accepts(members ...string) hooktest.Option {
	return func(d map[string]any) { d["accepts"] = members }
}

// What a hook puts is in the response, with the version that it has read.
func TestPutsOfAResponse(t *testing.T) {
	all := accepts("transition", "reason", "subscriptions", "flows", "errors", "puts", "permissions")
	for name, tc := range map[string]struct {
		hooks   hook.Hooks
		options []hooktest.Option
		want    string // part of the response
	}{
		"a first one": {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{all, hooktest.Store()}, `"puts":[{"scope":"person","key":"fast_tracked","value":{"Today":1},"if_version":"","ttl_seconds":86400}]`},
		"a next one":  {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{all, hooktest.PersonValue("fast_tracked", map[string]int{"Today": 2})}, `"value":{"Today":3},"if_version":"v1"`},
		"none":        {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{all, hooktest.PersonValue("fast_tracked", map[string]int{"Today": 3})}, `{"version":"1","subscriptions":["on_request"],"flows":["sample"]}`},
		"an engine that keeps nothing": {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{accepts("transition", "errors"), hooktest.Store()},
			"error: this engine does not accept puts"},
		"an event without a store": {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{all}, `this event has no store of flow \"sample\": it has none in flows.yaml`},
		"an undeclared key":        {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{all, hooktest.DeclareStore([]string{"other"}, nil)}, `the store of flow \"sample\" has no \"fast_tracked\" of scope person; it declares other`},
		"a value of another type":  {hook.Hooks{OnRequest: threeADay}, []hooktest.Option{all, hooktest.PersonValue("fast_tracked", "three")}, `store: the value of person/fast_tracked: json:`},
		"too large":                {hook.Hooks{OnRequest: puts(func(v hook.Values) { v.Set("a", strings.Repeat("x", 4095), 0) })}, []hooktest.Option{all, hooktest.Store()}, `store: the value of a: 4097 bytes, more than 4096`},
		"kept too long":            {hook.Hooks{OnRequest: puts(func(v hook.Values) { v.Set("a", 1, 401*24*time.Hour) })}, []hooktest.Option{all, hooktest.Store()}, `at most 400 days`},
		"null":                     {hook.Hooks{OnRequest: puts(func(v hook.Values) { v.Set("a", nil, 0) })}, []hooktest.Option{all, hooktest.Store()}, `it is null; Delete removes a value`},
		"in any case":              {hook.Hooks{OnRequest: puts(func(v hook.Values) { v.Set("a", 1, 0) })}, []hooktest.Option{all, hooktest.Store()}, `"puts":[{"scope":"person","key":"a","value":1}]`},
		"deleted":                  {hook.Hooks{OnRequest: puts(func(v hook.Values) { v.Delete("a") })}, []hooktest.Option{all, hooktest.PersonValue("a", 1)}, `"puts":[{"scope":"person","key":"a","delete":true,"if_version":"v1"}]`},
		"by a hook that names people": {hook.Hooks{GetPermissions: func(_ context.Context, e *hook.Event) (hook.Permissions, error) {
			e.Store().Flow().Set("a", 1, 0)
			return hook.Permissions{Approvers: hook.Keep}, nil
		}}, []hooktest.Option{all, hooktest.Store()}, `"errors":[{"hook":"get_permissions","error":"store: a hook that names people decides nothing, so it may not put values"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := hook.Flows{"sample": tc.hooks}.Respond(t.Context(), hooktest.Invocation(tc.options...))
			text := string(got)
			if err != nil {
				text = "error: " + err.Error()
			}
			if !strings.Contains(text, tc.want) {
				t.Errorf("got %s\nwant %s", text, tc.want)
			}
			if strings.Contains(text, `"errors"`) && strings.Contains(text, `"puts"`) {
				t.Errorf("a failed hook puts: %s", text)
			}
		})
	}
}

// puts is a hook that approves and changes its values.
func puts(change func(hook.Values)) func(context.Context, *hook.Event) (hook.FromRequest, error) {
	return func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		change(e.Store().Person())
		return hook.Approve("ok"), nil
	}
}

// A hook sees what it has put itself, and each key once.
func TestAHookSeesItsPuts(t *testing.T) {
	e := hooktest.Event(hooktest.FlowValue("ids/a", 1), hooktest.FlowValue("ids/b", 2), hooktest.FlowValue("other", 3))
	all := e.Store().Flow()
	all.Put("ids/c", 3, 0)
	all.Put("ids/c", 4, 0)
	all.Delete("ids/a")
	n := 0
	if !all.Get("ids/c", &n) || n != 4 || all.Get("ids/a", &n) || all.Get("ids/x", &n) {
		t.Errorf("it reads %d", n)
	}
	if got := all.List("ids/"); !slices.Equal(got, []string{"ids/b", "ids/c"}) {
		t.Errorf("it lists %q", got)
	}
	if got := e.Store().Puts(); len(got) != 2 || got[0].Key != "ids/c" || *got[0].IfVersion != "" || got[1].Key != "ids/a" || *got[1].IfVersion != "v1" {
		t.Errorf("it puts %+v", got)
	}
	if got := e.Store().Person().List(""); len(got) != 0 {
		t.Errorf("the person has %q", got)
	}
}
