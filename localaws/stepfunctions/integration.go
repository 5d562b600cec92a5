package stepfunctions

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// A Task state here calls Lambda's optimized integration, with or without a task
// token, or a function by its own ARN; in any partition
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
var (
	lambdaInvoke = regexp.MustCompile(`^arn:aws[a-z-]*:states:::lambda:invoke$`)
	functionARN  = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9$_-]{1,128})?$`)
)

const waitSuffix = ".waitForTaskToken"

// notImplemented is the message for a resource that AWS may run and this machine
// does not.
func notImplemented(resource string) string {
	return fmt.Sprintf("the resource %s is not implemented on this machine; implemented: arn:aws:states:::lambda:invoke, the same with %s, arn:aws:states:::states:startExecution, and the ARN of a Lambda function", resource, waitSuffix)
}

// invocationTypes are those of Lambda's Invoke
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
var invocationTypes = []string{"RequestResponse", "Event", "DryRun"}

// checkTask refuses, when a state machine is created, the Task states that could
// not run here.
func checkTask(resource string, parameters map[string]any) asl.Mistakes {
	var out asl.Mistakes
	refuse := func(at, format string, args ...any) {
		out = append(out, asl.Mistake{Location: at, Code: "SCHEMA_VALIDATION_FAILED", Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case functionARN.MatchString(resource):
		return nil
	case isStart(resource):
		return checkStart(parameters)
	}
	if !lambdaInvoke.MatchString(strings.TrimSuffix(resource, waitSuffix)) {
		refuse("/Resource", "%s", notImplemented(resource))
		return out
	}
	given := map[string]bool{}
	for _, member := range slices.Sorted(maps.Keys(parameters)) {
		name, computed := strings.CutSuffix(member, ".$")
		given[name] = true
		at, value := "/Parameters/"+member, parameters[member]
		switch name {
		case "FunctionName", "Qualifier", "InvocationType":
			text, isText := value.(string)
			switch {
			case computed:
			case !isText || text == "":
				refuse(at, "The value of the field '%s' must be a string", name)
			case name == "InvocationType" && !slices.Contains(invocationTypes, text):
				refuse(at, "The value of the field 'InvocationType' must be one of %s, got '%s'", strings.Join(invocationTypes, ", "), text)
			}
		case "Payload":
		case "LogType":
			if value != "None" {
				refuse(at, "The field 'LogType' is implemented on this machine with the value 'None' only")
			}
		case "ClientContext":
			refuse(at, "The field 'ClientContext' is not implemented on this machine")
		default:
			refuse(at, "The field '%s' is not supported by Step Functions", name)
		}
	}
	if !given["FunctionName"] {
		refuse("/Parameters", "The required field 'FunctionName' is missing")
	}
	return out
}

// invokeParameters are the parameters of lambda:invoke.
type invokeParameters struct {
	FunctionName, Qualifier, InvocationType string
	Payload                                 json.RawMessage
}

// Check refuses parameters that became wrong only with the values of an
// execution.
func (lambdaTasks) Check(resource string, input []byte) string {
	if functionARN.MatchString(resource) {
		return ""
	}
	if !lambdaInvoke.MatchString(resource) {
		return notImplemented(resource)
	}
	var p struct{ FunctionName, Qualifier, InvocationType any }
	if err := json.Unmarshal(input, &p); err != nil {
		return "the parameters must be an object"
	}
	wrong := func(name string) string {
		return fmt.Sprintf("The value of the field '%s' has an invalid format", name)
	}
	if text, is := p.FunctionName.(string); !is || text == "" {
		return wrong("FunctionName")
	}
	if text, is := p.Qualifier.(string); p.Qualifier != nil && (!is || text == "") {
		return wrong("Qualifier")
	}
	if text, is := p.InvocationType.(string); p.InvocationType != nil && (!is || !slices.Contains(invocationTypes, text)) {
		return wrong("InvocationType")
	}
	return ""
}

// payload is what the function receives.
func (p invokeParameters) payload() []byte { return passed(p.Payload) }

// passed is what a function or an execution receives for a value of Parameters: a string
// that holds JSON as it is, any other value as JSON, and {} for null or nothing.
func passed(value json.RawMessage) []byte {
	var text *string
	switch {
	case len(value) == 0, string(value) == "null":
		return []byte("{}")
	case value[0] == '"' && json.Unmarshal(value, &text) == nil && json.Valid([]byte(*text)):
		return []byte(*text)
	}
	return value
}
