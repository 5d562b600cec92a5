package sns_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/fasttrack-dev/fasttrack/localaws/sns"
)

func TestPublish(t *testing.T) {
	log := &strings.Builder{}
	s := sns.New(log)
	server := httptest.NewServer(s)
	defer server.Close()
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	_, err := client.Publish(t.Context(), &sdk.PublishInput{
		TopicArn: aws.String("arn:aws:sns:us-east-1:123456789012:t"), Subject: aws.String("hello"), Message: aws.String("text"),
		MessageAttributes: map[string]types.MessageAttributeValue{"flow": {DataType: aws.String("String"), StringValue: aws.String("aws-access")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Messages()
	if len(got) != 1 || got[0].Subject != "hello" || got[0].Attributes["flow"] != "aws-access" || !strings.Contains(log.String(), "hello") {
		t.Errorf("kept %+v, printed %q", got, log)
	}
	for name, in := range map[string]*sdk.PublishInput{
		"PhoneNumber":      {PhoneNumber: aws.String("+1"), Message: aws.String("text")},
		"MessageStructure": {TopicArn: aws.String("t"), MessageStructure: aws.String("json"), Message: aws.String("{}")},
		"MessageGroupId":   {TopicArn: aws.String("t"), MessageGroupId: aws.String("g"), Message: aws.String("{}")},
		"TopicArn":         {Message: aws.String("text")},
		"Empty message":    {TopicArn: aws.String("t"), Message: aws.String("")},
	} {
		if _, err := client.Publish(t.Context(), in); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if n := len(s.Messages()); n != 1 {
		t.Errorf("%d messages are kept of 1", n)
	}
}
