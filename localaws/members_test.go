package localaws_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// clients are those of the services whose inputs the SDK that this module has
// knows, with how their calls are written.
var clients = map[string]struct {
	client any
	target string
}{
	"cloudformation": {&cloudformation.Client{}, ""},
	"dynamodb":       {&dynamodb.Client{}, "DynamoDB_20120810."},
	"events":         {&eventbridge.Client{}, "AWSEvents."},
	"iam":            {&iam.Client{}, ""},
	"kms":            {&kms.Client{}, "TrentService."},
	"secretsmanager": {&secretsmanager.Client{}, "secretsmanager."},
	"sns":            {&sns.Client{}, ""},
	"sqs":            {&sqs.Client{}, "AmazonSQS."},
	"states":         {&sfn.Client{}, "AWSStepFunctions."},
	"sts":            {&sts.Client{}, ""},
}

func start(t *testing.T) *localaws.Stack {
	t.Helper()
	stack, err := localaws.Start(t.Context(), localaws.Options{Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(http.StatusOK)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	return stack
}

// inputOf is the type of an operation's input in the SDK.
func inputOf(client any, operation string) (reflect.Type, bool) {
	m, there := reflect.TypeOf(client).MethodByName(operation)
	if !there {
		return nil, false
	}
	return m.Type.In(2).Elem(), true
}

// Each member of each input that the SDK knows is read or refused by name: one of
// a wrong type is never passed over. So nothing that a caller asks for is ignored
// in silence.
func TestEveryMember(t *testing.T) {
	stack := start(t)
	members := 0
	for service, operations := range stack.Served() {
		c, known := clients[service]
		if !known {
			if service != "lambda" && service != "logs" && service != "ses" {
				t.Errorf("%s is served, and nothing here knows its inputs", service)
			}
			continue
		}
		for _, operation := range operations {
			in, there := inputOf(c.client, operation)
			if !there {
				t.Errorf("%s has no operation %s in the SDK", service, operation)
				continue
			}
			for f := range in.Fields() {
				if !f.IsExported() {
					continue
				}
				members++
				name := f.Name
				if service == "states" {
					name = string(unicode.ToLower(rune(name[0]))) + name[1:]
				}
				if c.target == "" {
					queryMember(t, stack, service, operation, name, f.Type)
				} else {
					jsonMember(t, stack, service, c.target+operation, name, f.Type)
				}
			}
		}
	}
	if members < 150 {
		t.Errorf("only %d members were looked at", members)
	}
}

// jsonMember sends a value that no member of the type takes.
func jsonMember(t *testing.T, stack *localaws.Stack, service, target, name string, of reflect.Type) {
	t.Helper()
	var wrong any = []any{[]any{}}
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() == reflect.Slice && of.Elem().Kind() != reflect.Uint8 {
		wrong = "text"
	}
	body, err := json.Marshal(map[string]any{name: wrong})
	if err != nil {
		t.Fatal(err)
	}
	status, answer := call(t, stack, http.MethodPost, "/", bytes.NewReader(body), "X-Amz-Target", target)
	if status != http.StatusBadRequest || !strings.Contains(answer, "SerializationException") && !strings.Contains(answer, name) {
		t.Errorf("%s %s: a wrong %s is passed over: %d %s", service, target, name, status, answer)
	}
}

// honoured are members of query calls that are served: localaws/… tests what
// they do.
var honoured = map[string][]string{
	"DescribeStackResource": {"StackName", "LogicalResourceId"}, "DescribeStackResources": {"StackName", "LogicalResourceId", "PhysicalResourceId"},
	"DescribeStacks": {"StackName", "NextToken"}, "GetTemplate": {"StackName", "TemplateStage"}, "ListStackResources": {"StackName", "NextToken"},
	"ListStacks": {"StackStatusFilter", "NextToken"}, "GetRole": {"RoleName"}, "ListRoles": {"PathPrefix", "Marker", "MaxItems"},
	"Publish": {"TopicArn", "TargetArn", "Subject", "Message", "MessageAttributes"},
}

func queryMember(t *testing.T, stack *localaws.Stack, service, operation, name string, of reflect.Type) {
	t.Helper()
	if slices.Contains(honoured[operation], name) {
		return
	}
	versions := map[string]string{"sns": "2010-03-31", "iam": "2010-05-08", "cloudformation": "2010-05-15", "sts": "2011-06-15"}
	form := url.Values{"Action": {operation}, "Version": {versions[service]}}
	if of.Kind() == reflect.Slice {
		form.Set(name+".member.1", "x")
	} else {
		form.Set(name, "x")
	}
	status, answer := call(t, stack, http.MethodPost, "/", strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	if status != http.StatusBadRequest || !strings.Contains(answer, name+" is not served on this machine") {
		t.Errorf("%s %s: %s is passed over: %d %s", service, operation, name, status, answer)
	}
}

// The members of Lambda's calls are in headers and query strings.
func TestEveryMemberOfLambda(t *testing.T) {
	stack := start(t)
	const functions = "/2015-03-31/functions"
	where := map[string]map[string]func() (int, string){}
	at := func(operation, member, method, path string, headers ...string) {
		if where[operation] == nil {
			where[operation] = map[string]func() (int, string){}
		}
		where[operation][member] = func() (int, string) { return call(t, stack, method, path, nil, headers...) }
	}
	// A wrong value of each member; those of paths name a resource that does not exist.
	const invocations = functions + "/local-api/invocations"
	at("Invoke", "FunctionName", http.MethodPost, functions+"/none/invocations")
	at("Invoke", "ClientContext", http.MethodPost, invocations, "X-Amz-Client-Context", "e30=")
	at("Invoke", "DurableExecutionName", http.MethodPost, invocations, "X-Amz-Durable-Execution-Name", "d")
	at("Invoke", "InvocationType", http.MethodPost, invocations, "X-Amz-Invocation-Type", "Later")
	at("Invoke", "LogType", http.MethodPost, invocations, "X-Amz-Log-Type", "Tail")
	at("Invoke", "Qualifier", http.MethodPost, invocations+"?Qualifier=none")
	at("Invoke", "TenantId", http.MethodPost, invocations, "X-Amz-Tenant-Id", "t")
	at("ListFunctions", "FunctionVersion", http.MethodGet, functions+"?FunctionVersion=ONE")
	at("ListFunctions", "Marker", http.MethodGet, functions+"?Marker=x")
	at("ListFunctions", "MasterRegion", http.MethodGet, functions+"?MasterRegion=ALL")
	at("ListFunctions", "MaxItems", http.MethodGet, functions+"?MaxItems=none")
	for operation, suffix := range map[string]string{"GetFunction": "", "GetFunctionConfiguration": "/configuration"} {
		at(operation, "FunctionName", http.MethodGet, functions+"/none"+suffix)
		at(operation, "Qualifier", http.MethodGet, functions+"/local-api"+suffix+"?Qualifier=none")
	}
	at("GetAlias", "FunctionName", http.MethodGet, functions+"/none/aliases/live")
	at("GetAlias", "Name", http.MethodGet, functions+"/local-api/aliases/none")
	for operation, suffix := range map[string]string{"ListAliases": "/aliases", "ListVersionsByFunction": "/versions"} {
		at(operation, "FunctionName", http.MethodGet, functions+"/none"+suffix)
		at(operation, "FunctionVersion", http.MethodGet, functions+"/local-api"+suffix+"?FunctionVersion=1")
		at(operation, "Marker", http.MethodGet, functions+"/local-api"+suffix+"?Marker=x")
		at(operation, "MaxItems", http.MethodGet, functions+"/local-api"+suffix+"?MaxItems=0")
	}
	at("GetFunctionEventInvokeConfig", "FunctionName", http.MethodGet, "/2019-09-25/functions/none/event-invoke-config")
	at("GetFunctionEventInvokeConfig", "Qualifier", http.MethodGet, "/2019-09-25/functions/local-work/event-invoke-config?Qualifier=none")
	for _, operation := range stack.Served()["lambda"] {
		in, there := inputOf(&lambda.Client{}, operation)
		if !there {
			t.Errorf("the SDK has no operation %s", operation)
			continue
		}
		for f := range in.Fields() {
			if !f.IsExported() || f.Name == "Payload" {
				continue
			}
			wrong, known := where[operation][f.Name]
			if !known {
				t.Errorf("%s: nothing here sends %s", operation, f.Name)
				continue
			}
			if status, answer := wrong(); status != http.StatusBadRequest && status != http.StatusNotFound {
				t.Errorf("%s: a wrong %s is passed over: %d %s", operation, f.Name, status, answer)
			}
		}
	}
}

func call(t *testing.T, stack *localaws.Stack, method, path string, body io.Reader, headers ...string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, stack.AWSURL()+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}
