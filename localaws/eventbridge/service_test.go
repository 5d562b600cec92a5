package eventbridge_test

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/fasttrack-dev/fasttrack/localaws/eventbridge"
)

func TestRules(t *testing.T) {
	for name, tc := range map[string]struct {
		pattern string
		want    bool
	}{
		"source":             {`{"source":["shop"]}`, true},
		"another source":     {`{"source":["x","y"]}`, false},
		"one of several":     {`{"source":["x","shop"]}`, true},
		"prefix":             {`{"detail-type":[{"prefix":"shop.order."}]}`, true},
		"suffix":             {`{"detail-type":[{"suffix":".deny"}]}`, false},
		"nested":             {`{"detail":{"run":{"status":["approved"]}}}`, true},
		"nested, other":      {`{"detail":{"run":{"status":["denied"]}}}`, false},
		"anything but":       {`{"detail":{"run":{"status":[{"anything-but":["approved"]}]}}}`, false},
		"exists":             {`{"detail":{"run":[{"exists":true}]}}`, true},
		"exists not":         {`{"detail":{"other":[{"exists":false}]}}`, true},
		"numeric":            {`{"detail":{"n":[{"numeric":[">",1,"<=",3]}]}}`, true},
		"numeric, outside":   {`{"detail":{"n":[{"numeric":[">",3]}]}}`, false},
		"an item of a list":  {`{"detail":{"list":["b"]}}`, true},
		"all members or non": {`{"source":["shop"],"detail":{"n":[4]}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			s, err := eventbridge.New(eventbridge.Options{
				Buses: []string{"bus"},
				Rules: []eventbridge.Rule{{Name: "r", Bus: "bus", Pattern: json.RawMessage(tc.pattern), Targets: []eventbridge.Target{{ARN: "f"}}}},
				Invoke: func(function string, payload []byte) error {
					got = append(got, function)
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(s)
			defer server.Close()
			client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}})
			out, err := client.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{
				{EventBusName: aws.String("bus"), Source: aws.String("shop"), DetailType: aws.String("shop.order.approve"), Detail: aws.String(`{"run":{"status":"approved"},"n":2,"list":["a","b"]}`)},
				{EventBusName: aws.String("none"), Source: aws.String("s"), DetailType: aws.String("t"), Detail: aws.String(`{}`)},
				{EventBusName: aws.String("bus"), Source: aws.String("s"), DetailType: aws.String("t"), Detail: aws.String(`broken`)},
			}})
			if err != nil {
				t.Fatal(err)
			}
			if out.FailedEntryCount != 2 || out.Entries[0].EventId == nil || aws.ToString(out.Entries[1].ErrorCode) != "ResourceNotFoundException" {
				t.Errorf("answer is %+v", out)
			}
			if want := map[bool][]string{true: {"f"}}[tc.want]; !reflect.DeepEqual(got, want) {
				t.Errorf("invoked %v, want %v", got, want)
			}
		})
	}
}

func TestUnknownComparisonIsRefused(t *testing.T) {
	for _, pattern := range []string{
		`{"a":[{"cidr":"10.0.0.0/8"}]}`,
		`{"a":[{"anything-but":{"prefix":"x"}}]}`,
		`{"a":[{"prefix":{"equals-ignore-case":"x"}}]}`,
		`{"a":[{"prefix":"x","suffix":"y"}]}`,
		`{"a":[["x"]]}`,
		`{"a":[{"exists":"yes"}]}`,
		`{"a":[{"numeric":["~",1]}]}`,
		`{"a":"x"}`,
		`["a"]`,
	} {
		_, err := eventbridge.New(eventbridge.Options{Rules: []eventbridge.Rule{{Name: "r", Pattern: json.RawMessage(pattern)}}})
		if err == nil {
			t.Errorf("%s was taken", pattern)
		}
	}
}

// A target's Input is sent in place of the event.
func TestInput(t *testing.T) {
	var got []byte
	s, err := eventbridge.New(eventbridge.Options{
		Rules: []eventbridge.Rule{{
			Name: "r", Bus: "default", Pattern: json.RawMessage(`{"source":["s"]}`),
			Targets: []eventbridge.Target{{ARN: "f", Input: json.RawMessage(`{"do":"it"}`)}},
		}},
		Invoke: func(_ string, payload []byte) error { got = payload; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Put("default", s.Event("s", "t", json.RawMessage(`{}`)))
	if string(got) != `{"do":"it"}` {
		t.Errorf("sent %s", got)
	}
}
