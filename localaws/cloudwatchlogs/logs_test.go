package cloudwatchlogs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/cloudwatchlogs"
)

// service is called as the AWS command line calls it.
type service struct {
	*testing.T
	*cloudwatchlogs.Service
}

func (s service) call(operation, body string) map[string]any {
	s.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		s.Fatalf("%s: %v: %s", operation, err, w.Body)
	}
	return answer
}

// messages are the texts of a page of events.
func messages(answer map[string]any) string {
	var all []string
	events, _ := answer["events"].([]any)
	for _, e := range events {
		all = append(all, e.(map[string]any)["message"].(string))
	}
	return strings.Join(all, ",")
}

func TestReading(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.UnixMilli(1000))
	s := service{t, cloudwatchlogs.New(clock, "us-east-1", "123456789012")}
	for i, stream := range []string{"a", "b", "a", "b"} {
		s.Put("/aws/lambda/f", stream, fmt.Sprintf("line %d of %s", i, stream))
		clock.Advance(time.Second)
	}
	s.Add("/empty")

	// Page by page, in the order of their times.
	first := s.call("FilterLogEvents", `{"logGroupName":"/aws/lambda/f","limit":3}`)
	token, _ := first["nextToken"].(string)
	second := s.call("FilterLogEvents", `{"logGroupName":"/aws/lambda/f","limit":3,"nextToken":"`+token+`"}`)
	if got := messages(first) + "|" + messages(second); got != "line 0 of a,line 1 of b,line 2 of a|line 3 of b" || second["nextToken"] != nil {
		t.Errorf("pages are %s", got)
	}
	for body, want := range map[string]string{
		`"startTime":2000,"endTime":3000`:              "line 1 of b,line 2 of a",
		`"logStreamNames":["b"]`:                       "line 1 of b,line 3 of b",
		`"logStreamNamePrefix":"a","interleaved":true`: "line 0 of a,line 2 of a",
		`"filterPattern":"line -3 ?0 ?1"`:              "line 0 of a,line 1 of b",
		`"filterPattern":"\"2 of\""`:                   "line 2 of a",
		`"startTime":9000`:                             "",
	} {
		if got := messages(s.call("FilterLogEvents", `{"logGroupIdentifier":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f",`+body+`}`)); got != want {
			t.Errorf("%s finds %q, want %q", body, got, want)
		}
	}

	// A stream forward and back, with the tokens of the service.
	head := s.call("GetLogEvents", `{"logGroupName":"/aws/lambda/f","logStreamName":"a","limit":1,"startFromHead":true}`)
	next := s.call("GetLogEvents", `{"logGroupName":"/aws/lambda/f","logStreamName":"a","limit":1,"nextToken":"`+head["nextForwardToken"].(string)+`"}`)
	end := s.call("GetLogEvents", `{"logGroupName":"/aws/lambda/f","logStreamName":"a","limit":1,"nextToken":"`+next["nextForwardToken"].(string)+`"}`)
	back := s.call("GetLogEvents", `{"logGroupName":"/aws/lambda/f","logStreamName":"a","limit":1,"nextToken":"`+next["nextBackwardToken"].(string)+`"}`)
	if got := messages(head) + "|" + messages(next) + "|" + messages(end) + "|" + messages(back); got != "line 0 of a|line 2 of a||line 0 of a" {
		t.Errorf("the stream reads %s", got)
	}
	if end["nextForwardToken"] != next["nextForwardToken"] {
		t.Errorf("the end has another token: %v, %v", end["nextForwardToken"], next["nextForwardToken"])
	}
	if got := messages(s.call("GetLogEvents", `{"logGroupName":"/aws/lambda/f","logStreamName":"b","limit":1}`)); got != "line 3 of b" {
		t.Errorf("the newest is %s", got)
	}

	streams := s.call("DescribeLogStreams", `{"logGroupName":"/aws/lambda/f","orderBy":"LastEventTime","descending":true}`)["logStreams"].([]any)
	if len(streams) != 2 || streams[0].(map[string]any)["logStreamName"] != "b" || streams[0].(map[string]any)["lastEventTimestamp"] != 4000.0 {
		t.Errorf("streams are %v", streams)
	}
	groups := s.call("DescribeLogGroups", `{"logGroupNamePrefix":"/aws/"}`)["logGroups"].([]any)
	if len(groups) != 1 || groups[0].(map[string]any)["arn"] != "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*" {
		t.Errorf("groups are %v", groups)
	}
	for body, want := range map[string]string{
		`{"logGroupName":"/none"}`: "ResourceNotFoundException", `{}`: "InvalidParameterException",
		`{"logGroupName":"/empty","filterPattern":"{ $.a = 1 }"}`: "InvalidParameterException",
		`{"logGroupName":"/empty","filterPattern":"\"a"}`:         "InvalidParameterException",
		`{"logGroupName":"/empty","unmask":true}`:                 "ValidationException",
		`{"logGroupName":"/empty","nextToken":"?"}`:               "InvalidParameterException",
		`{"logGroupName":"/empty","logStreamNames":["none"]}`:     "ResourceNotFoundException",
	} {
		if got := s.call("FilterLogEvents", body)["__type"]; got != want {
			t.Errorf("%s: got %v, want %s", body, got, want)
		}
	}
}

// What is written by hand is kept in the order of its times; a group keeps its newest.
func TestWriting(t *testing.T) {
	s := service{t, cloudwatchlogs.New(clockwork.NewFakeClockAt(time.UnixMilli(5000)), "us-east-1", "123456789012")}
	s.call("CreateLogGroup", `{"logGroupName":"/g"}`)
	if got := s.call("CreateLogGroup", `{"logGroupName":"/g"}`)["__type"]; got != "ResourceAlreadyExistsException" {
		t.Errorf("made twice: %v", got)
	}
	s.call("CreateLogStream", `{"logGroupName":"/g","logStreamName":"s"}`)
	s.call("PutLogEvents", `{"logGroupName":"/g","logStreamName":"s","logEvents":[{"timestamp":2,"message":"two"},{"timestamp":1,"message":"one"}]}`)
	if got := messages(s.call("FilterLogEvents", `{"logGroupName":"/g"}`)); got != "one,two" {
		t.Errorf("events are %s", got)
	}
	for i := range 10001 {
		s.Put("/g", "s", fmt.Sprint(i))
	}
	if got := messages(s.call("FilterLogEvents", `{"logGroupName":"/g","limit":2}`)); got != "1,2" {
		t.Errorf("the oldest that are kept are %s", got)
	}
	if s.call("DeleteLogGroup", `{"logGroupName":"/g"}`); s.Has("/g") {
		t.Error("it is still there")
	}
}
