package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// system is a release that runs: its API, and where AWS answers.
type system struct{ url, awsURL string }

// patience is how long a run may take to where it waits: removing access is tried
// for a while before it pauses.
const patience = 4 * time.Minute

// start asks as somebody, and acts, until the run waits where it should.
func (s system) start(p plan, who string) (id string, err error) {
	body := map[string]any{"flow": p.flow, "reason": p.reason}
	switch {
	case p.target != "":
		body["fields"] = map[string]any{"target": p.target}
	case p.token != "":
		body["fields"] = map[string]any{"token": p.token}
		body["context"] = map[string]any{"diff": "<a> & b"}
	}
	if p.seconds > 0 {
		body["duration_seconds"] = p.seconds
	}
	var asked struct {
		ID string `json:"id"`
	}
	if err := s.api(who, "/requests", body, &asked); err != nil {
		return "", err
	}
	for _, act := range p.acts {
		actor, name, _ := strings.Cut(act, " ")
		state := "Review"
		if name == "revoke" {
			state = "Active"
		}
		if _, _, err := s.waits(asked.ID, state); err != nil {
			return "", err
		}
		email := actor + "@example.com"
		if actor == "-" {
			email = who
		}
		reason := map[string]any{"reason": "Because I say so."}
		// The guard may ignore it, and says so.
		if err := s.api(email, "/requests/"+asked.ID+"/"+name, reason, nil); err != nil && actor != "root" {
			return "", err
		}
	}
	_, _, err = s.waits(asked.ID, p.at)
	return asked.ID, err
}

// event is one of an execution's history.
type event struct {
	Type    string `json:"type"`
	Entered struct {
		Name  string `json:"name"`
		Input string `json:"input"`
	} `json:"stateEnteredEventDetails"`
	Scheduled struct {
		Parameters string `json:"parameters"`
	} `json:"taskScheduledEventDetails"`
	Succeeded struct {
		Output string `json:"output"`
	} `json:"taskSucceededEventDetails"`
	// inLane says that the lane has it.
	inLane bool
}

// waits waits until the execution stands in that state with its task under way,
// and returns the state's input and whether the lane has it.
func (s system) waits(id, state string) (input json.RawMessage, inLane bool, err error) {
	for until := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		events, err := s.history(id)
		if err != nil {
			return nil, false, err
		}
		var last event
		under := false
		for _, e := range events {
			if e.Entered.Name != "" && e.Entered.Input != "" {
				last, under = e, !isTask(state)
			}
			if e.Type == "TaskSubmitted" || e.Type == "TaskStarted" && state != "Review" && state != "Active" {
				under = true
			}
		}
		if last.Entered.Name == state && under {
			return json.RawMessage(last.Entered.Input), last.inLane, nil
		}
		if time.Now().After(until) {
			return nil, false, fmt.Errorf("it is in %s, not in %s", last.Entered.Name, state)
		}
	}
}

// isTask reports whether a state calls a function.
func isTask(state string) bool {
	return slices.Contains([]string{"Review", "Active", "OnRequest", "Hook", "Grant"}, state)
}

// heard returns events and responses of hooks: invocations of anything but
// functions/record and functions/grant, whose payload has an operation.
func (s system) heard(id string) ([]Heard, error) {
	events, err := s.history(id)
	if err != nil {
		return nil, err
	}
	var all []Heard
	var asked json.RawMessage
	for _, e := range events {
		var task struct{ Payload json.RawMessage }
		switch {
		case e.Scheduled.Parameters != "":
			if err := json.Unmarshal([]byte(e.Scheduled.Parameters), &task); err != nil {
				return nil, err
			}
			asked = nil
			if bytes.Contains(task.Payload, []byte(`"hook":`)) {
				asked = task.Payload
			}
		case e.Succeeded.Output != "" && asked != nil:
			if err := json.Unmarshal([]byte(e.Succeeded.Output), &task); err != nil {
				return nil, err
			}
			all = append(all, Heard{asked, task.Payload})
		}
	}
	return all, nil
}

// items reads the one table of runs.
func (s system) items() ([]json.RawMessage, error) {
	var tables struct{ TableNames []string }
	if err := s.aws("DynamoDB_20120810.ListTables", map[string]any{}, &tables); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	for _, name := range tables.TableNames {
		var out struct{ Items []json.RawMessage }
		if err := s.aws("DynamoDB_20120810.Scan", map[string]any{"TableName": name}, &out); err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			if bytes.Contains(it, []byte(`"sk"`)) { // the demo's list has none
				items = append(items, it)
			}
		}
	}
	return items, nil
}

func (s system) api(who, path string, body, out any) error {
	return s.call(http.MethodPost, s.url+path, http.Header{"Authorization": {"Bearer " + who}, "Content-Type": {"application/json"}}, body, out)
}

func (s system) get(who, path string, out any) error {
	return s.call(http.MethodGet, s.url+path, http.Header{"Authorization": {"Bearer " + who}}, nil, out)
}

// aws makes a call of AWS. It is not signed: this machine and emulators look at
// most at which service and region it is for.
func (s system) aws(target string, body, out any) error {
	service, version := "states", "1.0"
	switch {
	case strings.HasPrefix(target, "DynamoDB"):
		service = "dynamodb"
	case strings.HasPrefix(target, "Logs"):
		service, version = "logs", "1.1"
	}
	return s.call(http.MethodPost, s.awsURL, http.Header{
		"X-Amz-Target": {target}, "Content-Type": {"application/x-amz-json-" + version},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"},
	}, body, out)
}

func (s system) call(method, url string, header http.Header, body, out any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", url, header.Get("X-Amz-Target"), res.StatusCode, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
