package local_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// busy is Lambda in an account whose functions can't run for a while.
type busy struct {
	began time.Time
	// name is the function that is short of concurrency until the time is over, and
	// then fails with code so many times.
	name  string
	until time.Duration
	code  string
	fails int
	next  string // what functions/record says first

	heard, caught string        // what it received then
	decided       time.Duration // and when
	granted       bool
}

func (b *busy) Invoke(_ context.Context, function string, payload []byte) (lambda.Result, error) {
	if strings.Contains(function, b.name) {
		if time.Since(b.began) < b.until {
			return lambda.Result{}, &lambda.ServiceError{Code: b.code, Message: "Rate Exceeded."}
		}
		if b.fails > 0 {
			b.fails--
			return lambda.Result{}, &lambda.ServiceError{Code: "ServiceException", Message: "try later"}
		}
	}
	switch function {
	case "hooks":
		return lambda.Result{Payload: []byte(`{"transition":"approve"}`), ExecutedVersion: "1"}, nil
	case "${GrantFunction}":
		b.granted = true
		return lambda.Result{Payload: []byte(`{"turn":2,"seconds":60,"next":"Active","heard":null,"caught":null}`), ExecutedVersion: "1"}, nil
	}
	var in struct {
		Operation     string
		Heard, Caught json.RawMessage
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return lambda.Result{}, err
	}
	if in.Operation == "park" {
		return lambda.Result{Payload: []byte(`{}`), ExecutedVersion: "1"}, nil
	}
	next := "Approved"
	if b.next != "" {
		next, b.next = b.next, ""
	} else {
		b.heard, b.caught, b.decided = string(in.Heard), string(in.Caught), time.Since(b.began)
	}
	return lambda.Result{Payload: []byte(`{"version":3,"next":"` + next + `","turn":2,"seconds":60,"heard":null,"caught":null}`), ExecutedVersion: "1"}, nil
}

// In the lifecycle, what AWS can't run for lack of capacity is retried for minutes, apart from other
// errors, and ends all the same.
func TestThrottledFunctionsAreWaitedFor(t *testing.T) {
	raw, err := os.ReadFile("../../lifecycle.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	definition := strings.ReplaceAll(string(raw), "${Partition}", "aws")
	for name, tc := range map[string]struct {
		busy         busy
		caught       string
		least, most  time.Duration
		neverGranted bool
	}{
		"hook, 20 callers' waits long":       {busy{name: "hooks", until: 40 * time.Second, code: "TooManyRequestsException"}, "null", 40 * time.Second, 61 * time.Second, false},
		"hook, then errors":                  {busy{name: "hooks", until: 40 * time.Second, code: "TooManyRequestsException", fails: 4}, "null", 40 * time.Second, 80 * time.Second, false},
		"hook, no address in its subnet":     {busy{name: "hooks", until: 40 * time.Second, code: "SubnetIPAddressLimitReachedException"}, "null", 40 * time.Second, 61 * time.Second, false},
		"hook, for good":                     {busy{name: "hooks", until: time.Hour, code: "TooManyRequestsException"}, "Lambda.TooManyRequestsException", time.Minute, 8 * time.Minute, false},
		"hook, an error is no lack":          {busy{name: "hooks", until: time.Hour, code: "ServiceException"}, "Lambda.ServiceException", 0, 16 * time.Second, false},
		"record":                             {busy{name: "Record", until: 40 * time.Second, code: "TooManyRequestsException"}, "null", 40 * time.Second, 61 * time.Second, false},
		"grant":                              {busy{name: "Grant", until: 40 * time.Second, code: "TooManyRequestsException", next: "Grant"}, "null", 100 * time.Second, 3 * time.Minute, false},
		"grant, for good, is Record's again": {busy{name: "Grant", until: time.Hour, code: "TooManyRequestsException", next: "Grant"}, "Lambda.TooManyRequestsException", time.Minute, 8 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := tc.busy
				b.began = time.Now()
				s := stepfunctions.New(stepfunctions.Options{Invoker: &b})
				defer s.Close()
				machine, err := s.Create("fasttrack", definition, "arn:aws:iam::123456789012:role/states")
				if err != nil {
					t.Fatal(err)
				}
				arn, err := s.Start(machine, "run", `{"run_id":"01J","turn":1,"next":"Hook","heard":null,"caught":null,"hook":{"function":"hooks","seconds":10,"ask":{}}}`)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Wait(t.Context(), arn); err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(b.caught, tc.caught) || b.decided < tc.least || b.decided > tc.most || b.granted == tc.neverGranted && tc.busy.next != "" {
					t.Errorf("heard %s, caught %s after %v, granted %v; want caught %s after %v to %v", b.heard, b.caught, b.decided, b.granted, tc.caught, tc.least, tc.most)
				}
			})
		})
	}
}
