package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
)

const askedPrefetch = `{"version":"1","hook":"prefetch","timeout_seconds":1,"field":"schedule","query":"pri","run":{
	"flow":{"name":"f","label":"F","vars":{"team":"sre"}},"requester":{"id":"ada@example.com","email":"ada@example.com"},"fields":{"urgency":"Normal"}}}`

func TestPrefetch(t *testing.T) {
	many := make([]hook.Option, 101)
	for i := range many {
		many[i].Value = fmt.Sprint(i)
	}
	for name, tc := range map[string]struct {
		search func(context.Context, *hook.Search) ([]hook.Option, error)
		want   string
	}{
		"found": {func(_ context.Context, s *hook.Search) ([]hook.Option, error) {
			return []hook.Option{{Value: s.Query, Label: s.Field}, {Value: s.Requester.Email}, {Value: s.Flow.Vars.String("team")}, {Value: s.Fields.String("urgency")}}, nil
		}, `{"version":"1","options":[{"value":"pri","label":"schedule"},{"value":"ada@example.com"},{"value":"sre"},{"value":"Normal"}]}`},
		"none":       {func(context.Context, *hook.Search) ([]hook.Option, error) { return nil, nil }, `{"version":"1","options":[]}`},
		"an error":   {func(context.Context, *hook.Search) ([]hook.Option, error) { return many, errors.New("no answer") }, `{"version":"1","options":[],"errors":[{"hook":"prefetch","error":"no answer"}]}`},
		"a panic":    {func(context.Context, *hook.Search) ([]hook.Option, error) { panic("oh") }, `{"version":"1","options":[],"errors":[{"hook":"prefetch","error":"panic: oh"}]}`},
		"a hang":     {func(context.Context, *hook.Search) ([]hook.Option, error) { select {} }, `{"version":"1","options":[],"errors":[{"hook":"prefetch","error":"it did not return within 1s"}]}`},
		"no value":   {func(context.Context, *hook.Search) ([]hook.Option, error) { return []hook.Option{{Label: "x"}}, nil }, `{"version":"1","options":[],"errors":[{"hook":"prefetch","error":"an option has no value"}]}`},
		"none there": {nil, `{"version":"1","options":[],"errors":[{"hook":"prefetch","error":"the flow's hooks have no Prefetch for the field \"schedule\""}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hook.Hooks{Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){"schedule": tc.search}}
			got, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(askedPrefetch))
			if err != nil || string(got) != tc.want {
				t.Errorf("got %s (%v), want %s", got, err, tc.want)
			}
		})
	}
}

// The value that was chosen is not lost among more than an answer has room for,
// and a function that searches need not know that it is checked.
func TestPrefetchOfAValue(t *testing.T) {
	asked := strings.Replace(askedPrefetch, `"query":"pri"`, `"query":"7","value":"7"`, 1)
	for name, search := range map[string]func(context.Context, *hook.Search) ([]hook.Option, error){
		"a search": func(_ context.Context, s *hook.Search) ([]hook.Option, error) {
			var found []hook.Option
			for i := 999; i >= 0; i-- {
				if o := (hook.Option{Value: fmt.Sprint(i)}); strings.Contains(o.Value, s.Query) {
					found = append(found, o)
				}
			}
			return found, nil
		},
		"one that looks": func(_ context.Context, s *hook.Search) ([]hook.Option, error) {
			return []hook.Option{{Value: s.Value}}, nil
		},
	} {
		h := hook.Hooks{Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){"schedule": search}}
		got, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(asked))
		if want := `{"version":"1","options":[{"value":"7"}]}`; err != nil || string(got) != want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, want)
		}
	}
}

// A search that finds much shows the first of it.
func TestPrefetchMuch(t *testing.T) {
	for name, tc := range map[string]struct {
		option hook.Option
		want   int
	}{
		"many":  {hook.Option{Value: "x"}, 100},
		"large": {hook.Option{Value: strings.Repeat("ö", 1000)}, 24},
	} {
		h := hook.Hooks{Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){
			"schedule": func(context.Context, *hook.Search) ([]hook.Option, error) {
				list := make([]hook.Option, 1000)
				for i := range list {
					list[i] = tc.option
				}
				return list, nil
			},
		}}
		raw, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(askedPrefetch))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Options []hook.Option
			More    bool
		}
		if err := json.Unmarshal(raw, &got); err != nil || len(got.Options) != tc.want || got.More {
			t.Errorf("%s: got %d options, more %v (%v), want %d and nothing that the engine does not accept", name, len(got.Options), got.More, err, tc.want)
		}
		accepting := strings.Replace(askedPrefetch, `"version"`, `"accepts":["options","more","errors"],"version"`, 1)
		if raw, err = (hook.Flows{"f": h}).Respond(t.Context(), json.RawMessage(accepting)); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &got); err != nil || len(got.Options) != tc.want || !got.More {
			t.Errorf("%s: got %d options, more %v (%v), want %d and more", name, len(got.Options), got.More, err, tc.want)
		}
	}
}

// A function that knows of more than it returns says so.
func TestPrefetchSaysThatThereAreMore(t *testing.T) {
	h := hook.Hooks{Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){
		"schedule": func(_ context.Context, s *hook.Search) ([]hook.Option, error) {
			s.More()
			return []hook.Option{{Value: "a"}}, nil
		},
	}}
	accepting := strings.Replace(askedPrefetch, `"version"`, `"accepts":["options","more","errors"],"version"`, 1)
	for asked, want := range map[string]string{
		accepting:     `{"version":"1","options":[{"value":"a"}],"more":true}`,
		askedPrefetch: `{"version":"1","options":[{"value":"a"}]}`,
	} {
		got, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(asked))
		if err != nil || string(got) != want {
			t.Errorf("got %s (%v), want %s", got, err, want)
		}
	}
}
