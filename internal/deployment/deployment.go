// Package deployment names deployments of fasttrack. A name stands for the URL,
// table, key and AWS endpoint that a stack's outputs or a file have.
package deployment

import (
	"cmp"
	"fmt"
	"regexp"
)

// Local is the name of what `make run` serves at its default address, unless the
// file has another deployment of that name.
const Local = "local"

// Deployment says how to reach a deployment. An empty member is unknown.
type Deployment struct {
	// Stack is the name of the CloudFormation stack, by which its functions are
	// named.
	Stack string `yaml:"stack,omitempty" json:"stack,omitempty"`
	// Region and AWSProfile take the place of AWS_REGION and AWS_PROFILE.
	Region     string `yaml:"region,omitempty" json:"region,omitempty"`
	AWSProfile string `yaml:"aws_profile,omitempty" json:"aws_profile,omitempty"`
	// URL, Table and Key are the stack's outputs ApiUrl, TableName and
	// DigestKeyArn.
	URL   string `yaml:"url,omitempty" json:"url,omitempty"`
	Table string `yaml:"table,omitempty" json:"table,omitempty"`
	Key   string `yaml:"key,omitempty" json:"key,omitempty"`
	// Endpoint is the URL of AWS, if not AWS itself.
	Endpoint string `yaml:"endpoint,omitempty" json:"endpoint,omitempty"`
	// As is who calls, on your own machine.
	As string `yaml:"as,omitempty" json:"as,omitempty"`
}

// stackName is what CloudFormation takes for one
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html).
var stackName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)

// CheckStack returns an error unless name can be a stack's.
func CheckStack(name string) error {
	if !stackName.MatchString(name) {
		return fmt.Errorf("invalid stack name %q; must be letters, digits and hyphens, beginning with a letter, at most 128", name)
	}
	return nil
}

// local is the deployment [Local].
func local() Deployment {
	const at = "http://127.0.0.1:8080"
	return Deployment{Stack: "fasttrack", URL: at, Table: "fasttrack-Table", Endpoint: at + "/_aws"}
}

// Fill returns d with its empty members taken from other.
func (d Deployment) Fill(other Deployment) Deployment {
	return Deployment{
		Stack: cmp.Or(d.Stack, other.Stack), Region: cmp.Or(d.Region, other.Region), AWSProfile: cmp.Or(d.AWSProfile, other.AWSProfile),
		URL: cmp.Or(d.URL, other.URL), Table: cmp.Or(d.Table, other.Table), Key: cmp.Or(d.Key, other.Key),
		Endpoint: cmp.Or(d.Endpoint, other.Endpoint), As: cmp.Or(d.As, other.As),
	}
}
