package template

import "go.yaml.in/yaml/v4"

// unserved are the properties that would make a resource behave otherwise than it does
// on this machine. A template with one of them is refused.
var unserved = map[string][]string{
	"AWS::Serverless::Function": {
		"Events", "InlineCode", "ImageUri", "EventInvokeConfig", "FunctionUrlConfig", "Layers", "DeadLetterQueue", "FileSystemConfigs",
	},
	"AWS::Serverless::StateMachine":  {"Definition", "Events"},
	rawStateMachine:                  {"DefinitionS3Location"},
	"AWS::DynamoDB::Table":           {"LocalSecondaryIndexes", "ImportSourceSpecification", "KinesisStreamSpecification", "ResourcePolicy"},
	"AWS::ApiGatewayV2::Api":         {"Body", "BodyS3Location", "Target", "RouteKey"},
	"AWS::ApiGatewayV2::Integration": {"RequestParameters", "ResponseParameters", "RequestTemplates", "TimeoutInMillis", "ConnectionId", "IntegrationSubtype"},
	"AWS::ApiGatewayV2::Route":       {"RequestParameters", "RequestModels", "AuthorizationScopes"},
	"AWS::SQS::Queue":                {"FifoQueue", "RedrivePolicy", "DelaySeconds", "VisibilityTimeout"},
}

// skippable are the properties of functions that Options.SkipUnserved leaves out: without
// them a function is served less, and not otherwise.
var skippable = map[string]bool{
	"Events": true, "EventInvokeConfig": true, "FunctionUrlConfig": true, "Layers": true, "DeadLetterQueue": true, "FileSystemConfigs": true,
}

// checkProperties refuses a resource with a property that is not served.
func (r *reader) checkProperties(res *resource) error {
	for _, key := range unserved[res.kind] {
		for _, from := range []*yaml.Node{res.properties, r.globals[res.kind]} {
			n := child(from, key)
			if n != nil && r.opts.SkipUnserved && skippable[key] && res.kind == "AWS::Serverless::Function" {
				r.skipped = append(r.skipped, key+" of "+res.id)
				break
			}
			if n != nil {
				return r.errorf(n, "property %s of %s is not served on this machine", key, res.kind)
			}
		}
	}
	return nil
}
