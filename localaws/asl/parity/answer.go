package parity

import (
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// Answer is what a function answers to one call.
type Answer struct {
	// After is how many seconds it takes.
	After float64 `json:"after"`
	// Result is its result, unless it fails: with an error of its own, or with
	// one of the Lambda service, whose code Service is.
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Cause   string          `json:"cause"`
	Service string          `json:"service"`
	// Echo answers with what the function was called with.
	Echo bool `json:"echo"`
	// Size is how long a text is that is the result.
	Size int `json:"size"`
	// Then is what is done, one after the other, with the task token that the
	// function was called with as "token".
	Then []Send `json:"then"`
}

// Send is one use of a task token.
type Send struct {
	// After is how many seconds pass before.
	After     float64         `json:"after"`
	Success   json.RawMessage `json:"success"`
	Failure   *SendFailure    `json:"failure"`
	Heartbeat bool            `json:"heartbeat"`
}

// SendFailure is what a task is failed with; either may be missing.
type SendFailure struct {
	Error *string `json:"error"`
	Cause *string `json:"cause"`
}

// Operation is the call of the API that the use is, with its parameters.
func (s Send) Operation(token string) (name string, in map[string]any) {
	in = map[string]any{"taskToken": token}
	switch {
	case s.Heartbeat:
		return "SendTaskHeartbeat", in
	case s.Failure != nil:
		if s.Failure.Error != nil {
			in["error"] = *s.Failure.Error
		}
		if s.Failure.Cause != nil {
			in["cause"] = *s.Failure.Cause
		}
		return "SendTaskFailure", in
	}
	in["output"] = string(s.Success)
	return "SendTaskSuccess", in
}

// payload is the body that a function answers with to what it was called with.
func (a Answer) payload(event []byte) []byte {
	if a.Echo && len(event) == 0 {
		return []byte("{}") // what a function of Lambda's receives for nothing
	}
	if a.Echo {
		return event
	}
	if a.Error != "" {
		raw, _ := json.Marshal(map[string]string{"errorMessage": a.Cause, "errorType": a.Error})
		return raw
	}
	if a.Size > 0 {
		return []byte(`"` + strings.Repeat("x", a.Size) + `"`)
	}
	if a.Result == nil {
		return []byte("null")
	}
	return a.Result
}

// script hands out the answers of one execution.
type script struct {
	mu   sync.Mutex
	left map[string][]Answer
}

// newScript returns the answers of a case, with ARNs for the functions in them.
func newScript(c Case, arn func(function string) string) *script {
	s := &script{left: map[string][]Answer{}}
	for function, answers := range c.Tasks {
		for _, a := range answers {
			if a.Result != nil {
				a.Result = json.RawMessage(c.With(a.Result, arn))
			}
			s.left[function] = append(s.left[function], a)
		}
	}
	return s
}

// next returns the answer to a call of a function.
func (s *script) next(function string) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	answers := s.left[function]
	if len(answers) == 0 {
		return Answer{Service: "ResourceNotFoundException", Cause: "no answer for " + function}
	}
	if len(answers) > 1 {
		s.left[function] = answers[1:]
	}
	return answers[0]
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// use sends what follows the answer with the token in the payload.
func (a Answer) use(payload []byte, call API) {
	if len(a.Then) == 0 {
		return
	}
	var in struct{ Token string }
	if json.Unmarshal(payload, &in) != nil || in.Token == "" {
		return
	}
	for _, s := range a.Then {
		time.Sleep(seconds(s.After))
		name, parameters := s.Operation(in.Token)
		// A token whose task is over is refused, which some cases want.
		_ = call(name, parameters, nil)
	}
}

// named is the function in an ARN, or what else it is called by, as the cases
// have it: behind the last dash.
func named(arn string) string {
	arn = arn[strings.LastIndex(arn, ":")+1:]
	return arn[strings.LastIndex(arn, "-")+1:]
}
