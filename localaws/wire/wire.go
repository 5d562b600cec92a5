// Package wire implements the protocols of AWS's clients: AWS JSON 1.0 and 1.1, the query
// protocols with XML, REST with JSON or XML, and RPC v2 CBOR. Errors are written in the
// caller's protocol, so that the AWS CLI prints them.
package wire

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// A Protocol is the format of a call
// (https://smithy.io/2.0/aws/protocols/index.html).
type Protocol int

// The protocols of AWS's services.
const (
	RESTJSON Protocol = iota
	JSON10
	JSON11
	Query
	EC2Query
	RESTXML
	CBOR
)

// A Call is the service and operation of a request by an AWS client.
type Call struct {
	Protocol Protocol
	// Service is the name by which signatures know the service, such as "states".
	// "" if nothing names one.
	Service string
	// Operation is the operation, such as "PutItem"; "" in REST protocols, which use
	// method and path.
	Operation string
	// Form are the members of a call in a query protocol.
	Form url.Values
}

// targets are the services behind the prefixes of X-Amz-Target.
var targets = map[string]string{
	"AWSEvents":                     "events",
	"AWSStepFunctions":              "states",
	"AmazonSQS":                     "sqs",
	"AmazonSSM":                     "ssm",
	"DynamoDB_20120810":             "dynamodb",
	"Logs_20140328":                 "logs",
	"TrentService":                  "kms",
	"secretsmanager":                "secretsmanager",
	"GraniteServiceVersion20100801": "cloudwatch",
}

// versions are the services behind the Version of a query call, for callers that
// do not sign.
var versions = map[string]string{
	"2010-03-31": "sns", "2010-05-08": "iam", "2010-05-15": "cloudformation", "2011-06-15": "sts", "2012-11-05": "sqs", "2016-11-15": "ec2",
}

// scopes are services that have another name in signatures than in the AWS CLI.
var scopes = map[string]string{"monitoring": "cloudwatch", "email": "ses"}

// lambdaPath is where Lambda's calls are: each version of the API has a date.
var lambdaPath = regexp.MustCompile(`^/20\d\d-\d\d-\d\d/(functions|account-settings|event-source-mappings|layers)`)

// maxForm is the largest call of a query protocol: a template has up to 1 MB.
const maxForm = 2 << 20

// Of returns the call of a request. The body can be read again.
func Of(r *http.Request) Call {
	c := Call{Service: Scope(r).Service}
	if name, known := scopes[c.Service]; known {
		c.Service = name
	}
	contentType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		var prefix string
		prefix, c.Operation, _ = strings.Cut(target, ".")
		if name, known := targets[prefix]; known {
			c.Service = name
		} else if c.Service == "" {
			c.Service = prefix
		}
		c.Protocol = JSON10
		if contentType == "application/x-amz-json-1.1" {
			c.Protocol = JSON11
		}
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		c.Protocol = CBOR
		c.Service, c.Operation = cborPath(r.URL.Path, c.Service)
	case r.Method == http.MethodPost && contentType == "application/x-www-form-urlencoded":
		c.Protocol = Query
		c.readForm(r)
	case c.Service == "" && lambdaPath.MatchString(r.URL.Path):
		c.Service = "lambda"
	case c.Service == "s3" || c.Service == "route53" || c.Service == "cloudfront":
		c.Protocol = RESTXML
	}
	return c
}

func (c *Call) readForm(r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return
	}
	c.Form, _ = url.ParseQuery(string(body)) // what is no form has no members
	c.Operation = c.Form.Get("Action")
	if c.Service == "" {
		c.Service = versions[c.Form.Get("Version")]
	}
	if c.Service == "ec2" {
		c.Protocol = EC2Query
	}
}

// cborPath reads /service/NAME/operation/OPERATION.
func cborPath(path, scope string) (service, operation string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) != 4 || parts[0] != "service" || parts[2] != "operation" {
		return scope, ""
	}
	if name, known := targets[parts[1]]; known {
		return name, parts[3]
	}
	if scope == "" {
		scope = parts[1]
	}
	return scope, parts[3]
}

// Credential is the scope that a SigV4 signature names
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html).
type Credential struct{ AccessKey, Date, Region, Service string }

// Scope returns the credential of a request's signature, which nothing has
// checked; empty without one.
func Scope(r *http.Request) Credential {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	rest, _, _ = strings.Cut(rest, ",")
	parts := strings.Split(strings.TrimSpace(rest), "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return Credential{}
	}
	return Credential{parts[0], parts[1], parts[2], parts[3]}
}
