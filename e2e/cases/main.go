// Command cases is a hook function for the end-to-end tests. It speaks the
// hook contract by hand, without the SDK, so that it can also break it: the
// request's field "do" says what each hook does, such as
// "on_request=hang;on_approve=deny". While options are searched for, the event has no
// fields yet: what is searched for says it, such as "prefetch=hang".
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(handler{}) }

type handler struct{}

// Invoke takes and returns raw bytes, so that a response need not even
// be JSON.
func (handler) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var ask struct {
		Hook  string `json:"hook"`
		Query string `json:"query"`
		Event struct {
			Channel string `json:"channel"`
		} `json:"event"`
		Run struct {
			Fields map[string]json.RawMessage `json:"fields"`
			Recent map[string]any             `json:"recent"`
			Source map[string]any             `json:"source"`

			RecentCounts map[string]any `json:"recent_counts"`
			StartsAt     string         `json:"starts_at"`
			Flow         struct {
				Vars struct {
					Do            string   `json:"do"`
					Say           string   `json:"say"`
					Subscriptions []string `json:"subscriptions"`
					Options       []option `json:"options"`
				} `json:"vars"`
			} `json:"flow"`
		} `json:"run"`
	}
	if err := json.Unmarshal(event, &ask); err != nil {
		return nil, err
	}
	if ask.Hook == "get_flows" {
		return seen(event)
	}
	var do string
	_ = json.Unmarshal(ask.Run.Fields["do"], &do)
	if ask.Run.Flow.Vars.Do != "" {
		do = ask.Run.Flow.Vars.Do
	}
	if strings.HasPrefix(ask.Query, "prefetch=") {
		do = ask.Query
	}
	for _, step := range strings.Split(do, ";") {
		hook, how, _ := strings.Cut(step, "=")
		if hook == ask.Hook && how == "source" {
			told, err := json.Marshal(ask.Run.Source) // members by name
			if err != nil {
				return nil, err
			}
			return answer(map[string]any{"checks": []map[string]any{{"name": "comes from", "passed": ask.Run.Source["verified"] == true, "detail": string(told)}}}, ask.Run.Flow.Vars.Subscriptions)
		}
		if hook == ask.Hook && how == "count" {
			return count(event, ask.Run.Flow.Vars.Subscriptions)
		}
		if hook == ask.Hook && how == "starts" {
			return answer(map[string]any{"checks": []map[string]any{{"name": "starts", "passed": true, "detail": ask.Run.StartsAt}}}, ask.Run.Flow.Vars.Subscriptions)
		}
		if hook == ask.Hook && how == "recent_counts" {
			told, err := json.Marshal(ask.Run.RecentCounts) // members by name
			if err != nil {
				return nil, err
			}
			return answer(map[string]any{"checks": []map[string]any{{"name": "asked before", "passed": true, "detail": string(told)}}}, ask.Run.Flow.Vars.Subscriptions)
		}
		if hook == ask.Hook && how == "recent" {
			told, err := json.Marshal(ask.Run.Recent) // members by name
			if err != nil {
				return nil, err
			}
			return answer(map[string]any{"checks": []map[string]any{{"name": "asked before", "passed": ask.Run.Recent != nil, "detail": string(told)}}}, ask.Run.Flow.Vars.Subscriptions)
		}
		if hook == ask.Hook {
			return act(how, ask.Run.Flow.Vars.Subscriptions, ask.Run.Flow.Vars.Say)
		}
	}
	if ask.Hook == "prefetch" {
		var department string
		_ = json.Unmarshal(ask.Run.Fields["department"], &department)
		return search(ask.Query, department, ask.Run.Flow.Vars.Options)
	}
	return answer(map[string]any{}, ask.Run.Flow.Vars.Subscriptions)
}

type option struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"`
	// For is the only department that has the option; any if empty.
	For string `json:"for,omitempty"`
}

// search returns the options that have what is searched for in their value or
// label: it doesn't know that a value may be checked.
func search(query, department string, all []option) ([]byte, error) {
	found := []option{}
	for _, o := range all {
		if (o.For == "" || o.For == department) && strings.Contains(strings.ToLower(o.Value+" "+o.Label), strings.ToLower(query)) {
			o.For = ""
			found = append(found, o)
		}
	}
	return json.Marshal(map[string]any{"version": "1", "options": found})
}

func answer(members map[string]any, subscriptions []string) ([]byte, error) {
	if subscriptions != nil {
		members["subscriptions"] = subscriptions
	}
	return json.Marshal(members)
}

// act does what a hook is to do; say is a text of the flow's own.
func act(how string, subscriptions []string, say string) ([]byte, error) {
	switch how {
	case "error":
		return nil, errors.New("the directory did not respond: 503")
	case "panic":
		panic("a hook's panic")
	case "exit":
		os.Exit(3)
	case "slow":
		time.Sleep(2500 * time.Millisecond)
		return answer(map[string]any{}, subscriptions)
	case "hang":
		time.Sleep(time.Minute)
	case "big":
		return bytes.Repeat([]byte("x"), 10<<20), nil
	case "text":
		return []byte("approve, please"), nil
	case "list":
		return []byte(`["approve"]`), nil
	case "type":
		return []byte(`{"transition":true}`), nil
	case "member":
		return []byte(`{"transition":"approve","admin":true}`), nil
	case "forged":
		return []byte(`{"Error":"States.Timeout","Cause":"forged","next":"Approved"}`), nil
	case "more":
		return []byte(`{"options":[{"value":"billing"}],"more":true}`), nil
	case "told":
		return []byte(`{"options":[],"errors":[{"hook":"prefetch","error":"Okta did not respond: 503"}]}`), nil
	case "escalate", "revoke", "request":
		return answer(map[string]any{"transition": how}, subscriptions)
	case "ignore":
		return answer(map[string]any{"transition": how, "message": "You are not authorized to approve this request."}, subscriptions)
	case "quiet":
		return answer(map[string]any{"transition": "approve"}, subscriptions)
	case "evidence":
		return answer(map[string]any{"checks": []map[string]any{{"name": "on call in PagerDuty", "passed": false, "detail": "schedule P123"}}}, subscriptions)
	case "shows":
		return answer(map[string]any{"checks": []map[string]any{{"name": say, "passed": false, "detail": say}}}, subscriptions)
	case "says":
		return answer(map[string]any{"transition": "approve", "reason": say}, subscriptions)
	case "only-root":
		return answer(map[string]any{"permissions": map[string]any{"approvers": []string{"root@example.com"}}}, subscriptions)
	}
	return answer(map[string]any{"transition": how, "reason": "the hook said " + how}, subscriptions)
}
