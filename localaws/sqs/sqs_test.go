package sqs_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/sqs"
)

const url = "https://sqs.us-east-1.amazonaws.com/123456789012/failures"

// What the SDK sends, receives and deletes, a received message being hidden for as
// long as the call says.
func TestQueue(t *testing.T) {
	clock := clockwork.NewFakeClock()
	service := sqs.New(clock, sqs.Queue{Name: "failures", URL: url})
	server := httptest.NewServer(service)
	defer server.Close()
	client := sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
	})})
	receive := func(most int32) []types.Message {
		t.Helper()
		out, err := client.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: aws.String(url), MaxNumberOfMessages: most, VisibilityTimeout: 60})
		if err != nil {
			t.Fatal(err)
		}
		return out.Messages
	}
	count := func() string {
		t.Helper()
		out, err := client.GetQueueAttributes(t.Context(), &sdk.GetQueueAttributesInput{QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{"All"}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes["ApproximateNumberOfMessages"] + "+" + out.Attributes["ApproximateNumberOfMessagesNotVisible"]
	}
	for _, body := range []string{"one", "two"} {
		if _, err := client.SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: aws.String(url), MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	if _, there := service.Send("arn:aws:sqs:us-east-1:123456789012:failures", "three"); !there || count() != "3+0" {
		t.Errorf("sent by ARN: %v, there are %s", there, count())
	}
	first := receive(2)
	if len(first) != 2 || *first[0].Body != "one" || *first[1].Body != "two" || count() != "1+2" || len(receive(10)) != 1 || len(receive(10)) != 0 {
		t.Errorf("received %+v, then there are %s", first, count())
	}
	// One is deleted, one shown again at once, the other when its time is over.
	if _, err := client.DeleteMessage(t.Context(), &sdk.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: first[0].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ChangeMessageVisibility(t.Context(), &sdk.ChangeMessageVisibilityInput{QueueUrl: aws.String(url), ReceiptHandle: first[1].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	if again := receive(10); len(again) != 1 || *again[0].Body != "two" {
		t.Errorf("received %+v", again)
	}
	// A receipt counts until the message is received again.
	if _, err := client.DeleteMessage(t.Context(), &sdk.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: first[1].ReceiptHandle}); err != nil || count() != "0+2" {
		t.Errorf("by an old receipt: there are %s (%v)", count(), err)
	}
	if clock.Advance(time.Minute); len(receive(10)) != 2 {
		t.Error("what was hidden for a minute stays hidden")
	}
	if found, err := client.GetQueueUrl(t.Context(), &sdk.GetQueueUrlInput{QueueName: aws.String("failures")}); err != nil || *found.QueueUrl != url {
		t.Errorf("got %+v (%v)", found, err)
	}
	_, err := client.GetQueueUrl(t.Context(), &sdk.GetQueueUrlInput{QueueName: aws.String("none")})
	if missing := (*types.QueueDoesNotExist)(nil); !errors.As(err, &missing) {
		t.Errorf("a queue that is not there: %v", err)
	}
	var api smithy.APIError
	if _, err := client.PurgeQueue(t.Context(), &sdk.PurgeQueueInput{QueueUrl: aws.String(url)}); !errors.As(err, &api) || api.ErrorCode() != "UnknownOperationException" {
		t.Errorf("an action that is not served: %v", err)
	}
}
