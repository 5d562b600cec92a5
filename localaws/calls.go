package localaws

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Call is a call of an AWS service by a function, as IAM authorizes it.
type Call struct {
	// Function is the logical id of the function.
	Function string
	// Action is the IAM action, such as dynamodb:PutItem. Resource is its ARN, or "*"
	// for an action without resource-level permissions.
	Action, Resource string
	// Key is the partition key of the item that a DynamoDB call reads or writes by its
	// key, else "".
	Key string
}

// reportCalls passes to OnCall what IAM would authorize for a function's request.
func (s *Stack) reportCalls(r *http.Request, c wire.Call) {
	function, is := s.Lambda.CallerOf(wire.Scope(r).AccessKey)
	if !is {
		return
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return // the service says what is wrong
	}
	for _, made := range s.callsOf(r, c, body) {
		made.Function = function
		s.opts.OnCall(made)
	}
}

// callInput holds the members of an input that name the resources of a call.
type callInput struct {
	TableName, IndexName, StateMachineArn, ExecutionArn, SecretId, KeyId, Name string
	Item, Key                                                                  map[string]map[string]any
	Entries                                                                    []struct{ EventBusName string }
	FromEmailAddress, ConfigurationSetName                                     string
	RequestItems                                                               map[string]any
	TransactItems                                                              []map[string]struct {
		TableName string
		Item, Key map[string]map[string]any
	}
	// Those of a query.
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]map[string]any
}

// queried returns the value of a partition key that a query names by NAME = :VALUE, ""
// if it names none.
func (in callInput) queried(partitionKey string) string {
	for _, condition := range strings.Split(in.KeyConditionExpression, " AND ") {
		name, value, is := strings.Cut(strings.TrimSpace(condition), " = ")
		if !is || cmp.Or(in.ExpressionAttributeNames[name], name) != partitionKey {
			continue
		}
		for _, text := range in.ExpressionAttributeValues[strings.TrimSpace(value)] {
			return fmt.Sprint(text)
		}
	}
	return ""
}

func (s *Stack) callsOf(r *http.Request, c wire.Call, body []byte) []Call {
	var in callInput
	region := s.opts.Region
	_ = json.Unmarshal(body, &in) // what is no JSON names nothing
	switch c.Service {
	case "dynamodb":
		return in.dynamoDB(s, c.Operation)
	case "states":
		on := in.StateMachineArn + in.ExecutionArn
		if on == "" {
			on = "*"
		}
		return []Call{{Action: "states:" + c.Operation, Resource: on}}
	case "events":
		var calls []Call
		for _, e := range in.Entries {
			on := e.EventBusName
			if !strings.HasPrefix(on, "arn:") {
				on = arn(region, "events", "event-bus/"+on)
			}
			calls = append(calls, Call{Action: "events:" + c.Operation, Resource: on})
		}
		return calls
	case "secretsmanager":
		on := cmp.Or(in.SecretId, in.Name)
		if !strings.HasPrefix(on, "arn:") {
			on = arn(region, "secretsmanager", "secret:"+on)
		}
		return []Call{{Action: "secretsmanager:" + c.Operation, Resource: on}}
	case "kms":
		return []Call{{Action: "kms:" + c.Operation, Resource: in.KeyId}}
	case "ses":
		// The sandbox asks for the right on each receiver's identity too.
		calls := []Call{{Action: "ses:SendEmail", Resource: arn(region, "ses", "identity/"+addressOf(in.FromEmailAddress))}}
		if set := in.ConfigurationSetName; set != "" {
			calls = append(calls, Call{Action: "ses:SendEmail", Resource: arn(region, "ses", "configuration-set/"+set)})
		}
		return calls
	case "sns":
		return []Call{{Action: "sns:" + c.Operation, Resource: c.Form.Get("TopicArn")}}
	case "iam":
		name := c.Form.Get("RoleName")
		on := "arn:" + partition.Of(region) + ":iam::" + AccountID + ":role/" + name
		for _, r := range s.roles() {
			if r.Name == name {
				on = r.ARN
			}
		}
		return []Call{{Action: "iam:" + c.Operation, Resource: on}}
	case "lambda":
		return lambdaCall(r, region)
	}
	return nil
}

// addressOf returns the address of "NAME <ADDRESS>".
func addressOf(from string) string {
	if parsed, err := mail.ParseAddress(from); err == nil {
		return parsed.Address
	}
	return from
}

func lambdaCall(r *http.Request, region string) []Call {
	name, is := strings.CutPrefix(r.URL.EscapedPath(), lambda.APIPath)
	if !is {
		return nil
	}
	name, what, _ := strings.Cut(name, "/")
	action := "lambda:InvokeFunction"
	if strings.HasPrefix(what, "aliases/") {
		action = "lambda:GetAlias"
	}
	name, _ = url.PathUnescape(name)
	if !strings.HasPrefix(name, "arn:") {
		name = arn(region, "lambda", "function:"+name)
	}
	return []Call{{Action: action, Resource: name}}
}

// dynamoDB returns a call for each action of a transaction, each table of a batch, or
// the one of any other operation.
func (in callInput) dynamoDB(s *Stack, operation string) []Call {
	table := func(name string) string { return arn(s.opts.Region, "dynamodb", "table/"+name) }
	key := func(table string, item map[string]map[string]any) string {
		for _, value := range item[s.DynamoDB.PartitionKey(table)] {
			return fmt.Sprint(value)
		}
		return ""
	}
	var calls []Call
	for _, item := range in.TransactItems {
		for kind, of := range item {
			calls = append(calls, Call{Action: "dynamodb:" + kind + "Item", Resource: table(of.TableName), Key: cmp.Or(key(of.TableName, of.Item), key(of.TableName, of.Key))})
		}
	}
	if len(calls) > 0 {
		return calls
	}
	for name := range in.RequestItems {
		calls = append(calls, Call{Action: "dynamodb:" + operation, Resource: table(name)})
	}
	if len(calls) > 0 {
		return calls
	}
	on := table(in.TableName)
	if in.IndexName != "" {
		on += "/index/" + in.IndexName
	}
	queried := ""
	if in.IndexName == "" {
		queried = in.queried(s.DynamoDB.PartitionKey(in.TableName))
	}
	return []Call{{Action: "dynamodb:" + operation, Resource: on, Key: cmp.Or(key(in.TableName, in.Item), key(in.TableName, in.Key), queried)}}
}

func arn(region, service, resource string) string {
	return "arn:" + partition.Of(region) + ":" + service + ":" + region + ":" + AccountID + ":" + resource
}
