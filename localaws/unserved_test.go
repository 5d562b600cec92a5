package localaws_test

import (
	"net/http"
	"strings"
	"testing"
)

// A call of what is not served is refused in its own protocol, and says what is.
func TestWhatIsNotServed(t *testing.T) {
	stack := start(t)
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=ada/20261128/us-east-1/" + service + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0"
	}
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	for name, tc := range map[string]struct {
		method, path, body string
		headers            []string
		want               []string
	}{
		"AWS JSON 1.1": {"POST", "/", "{}", []string{"X-Amz-Target", "AmazonSSM.GetParameter", "Content-Type", "application/x-amz-json-1.1"},
			[]string{`"__type":"UnknownServiceException"`, `ssm is not served here; served: cloudformation, dynamodb, events,`}},
		"AWS JSON, a service without a name here": {"POST", "/", "{}", []string{"X-Amz-Target", "AWSGlue.GetTables", "Authorization", signed("glue")},
			[]string{`glue is not served here`}},
		"query": {"POST", "/", "Action=DescribeLoadBalancers&Version=2015-12-01", []string{"Content-Type", form, "Authorization", signed("elasticloadbalancing")},
			[]string{`<ErrorResponse`, `<Code>InvalidAction</Code>`, `elasticloadbalancing is not served here; served: `}},
		"EC2 query": {"POST", "/", "Action=DescribeInstances&Version=2016-11-15", []string{"Content-Type", form},
			[]string{`<Response><Errors><Error><Code>InvalidAction</Code><Message>ec2 is not served here`}},
		"REST with XML":  {"GET", "/", "", []string{"Authorization", signed("s3")}, []string{`<Error><Code>UnknownServiceException</Code><Message>s3 is not served here`}},
		"REST with JSON": {"GET", "/v2/apis", "", []string{"Authorization", signed("apigateway")}, []string{`{"message":"apigateway is not served here; served: `}},
		"CBOR": {"POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", "\xa0", []string{"Smithy-Protocol", "rpc-v2-cbor", "Authorization", signed("monitoring")},
			[]string{"\xa2\x66__type\x77UnknownServiceException\x67message\x78", "cloudwatch is not served here"}},
		"nothing": {"GET", "/", "", nil, []string{"names no service"}},
		"an operation of AWS JSON": {"POST", "/", "{}", []string{"X-Amz-Target", "TrentService.ListKeys"},
			[]string{"ListKeys of kms is not served on this machine; served: Decrypt, GenerateDataKey, GetPublicKey, Sign"}},
		"an operation of Step Functions": {"POST", "/", "{}", []string{"X-Amz-Target", "AWSStepFunctions.ListActivities"}, []string{"ListActivities", "served: CreateStateMachine,"}},
		"an operation of DynamoDB":       {"POST", "/", "{}", []string{"X-Amz-Target", "DynamoDB_20120810.ListBackups"}, []string{"ListBackups", "served: BatchGetItem,"}},
		"an operation of query": {"POST", "/", "Action=ListTopics&Version=2010-03-31", []string{"Content-Type", form},
			[]string{"<Code>InvalidAction</Code>", "ListTopics of sns is not served on this machine; served: Publish"}},
		"an operation of REST": {"GET", "/2018-10-31/layers", "", []string{"Authorization", signed("lambda")}, []string{"of lambda is not served on this machine; served: GetAlias,"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := call(t, stack, tc.method, tc.path, strings.NewReader(tc.body), tc.headers...)
			if status < 400 || status >= 500 || status == http.StatusMisdirectedRequest {
				t.Errorf("it ended with %d", status)
			}
			for _, want := range tc.want {
				if !strings.Contains(answer, want) {
					t.Errorf("got %q, want it to hold %q", answer, want)
				}
			}
		})
	}
}
