package main

import (
	"encoding/json"
	"fmt"
	"slices"
)

// asked is what the hooks of a store, and get_flows, read of the event.
type asked struct {
	Hook  string `json:"hook"`
	Flows []struct {
		Name string `json:"name"`
		Vars struct {
			Team string `json:"team"`
		} `json:"vars"`
	} `json:"flows"`
	Run struct {
		Requester struct {
			Groups []string `json:"groups"`
		} `json:"requester"`
		Store *struct {
			Person map[string]kept `json:"person"`
		} `json:"store"`
	} `json:"run"`
}

type kept struct {
	Value   int    `json:"value"`
	Version string `json:"version"`
}

// count approves the first two requests of a person, by a value of the store.
func count(event []byte, subscriptions []string) ([]byte, error) {
	var ask asked
	if err := json.Unmarshal(event, &ask); err != nil || ask.Run.Store == nil {
		return nil, fmt.Errorf("the event has no store: %w", err)
	}
	is := ask.Run.Store.Person["count"]
	if is.Value >= 2 {
		return answer(map[string]any{}, subscriptions)
	}
	return answer(map[string]any{
		"transition": "approve", "reason": fmt.Sprintf("%d of 2", is.Value+1),
		"puts": []map[string]any{{"scope": "person", "key": "count", "value": is.Value + 1, "if_version": is.Version, "ttl_seconds": 3600}},
	}, subscriptions)
}

// seen shows each flow to the group that its vars name. A flow without one has failed.
func seen(event []byte) ([]byte, error) {
	var ask asked
	if err := json.Unmarshal(event, &ask); err != nil {
		return nil, err
	}
	shown, errs := []string{}, []map[string]string{}
	for _, f := range ask.Flows {
		switch {
		case f.Vars.Team == "":
			errs = append(errs, map[string]string{"hook": "get_flows", "flow": f.Name, "error": "the directory did not respond: 503"})
		case slices.Contains(ask.Run.Requester.Groups, f.Vars.Team):
			shown = append(shown, f.Name)
		}
	}
	return json.Marshal(map[string]any{"flows": shown, "errors": errs})
}
