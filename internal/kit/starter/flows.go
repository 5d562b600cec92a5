package starter

import (
	"maps"
	"slices"
)

// flow is a flow that a starter can begin with.
type flow struct {
	// rights are the properties of the hook function, and parameters those of the
	// deployment, that the flow needs.
	rights, parameters string
	// request is the rest of a command line that files a request of it.
	request string
	// note says what the flow needs to work.
	note string
}

var flows = map[string]flow{
	"approval": {
		request: "deploy --field service=website -r 'Fix a typo'",
		note:    "its rule approves the service website at once; people decide about billing",
	},
	"aws-access": {
		parameters: `
# What may be assigned, of what flows.yaml names.
parameter_overrides = [
  "IdentityCenterInstanceArn=arn:aws:sso:::instance/ssoins-0000000000000000",
  "IdentityCenterPermissionSetArns=arn:aws:sso:::permissionSet/ssoins-0000000000000000/ps-0000000000000000,arn:aws:sso:::permissionSet/ssoins-0000000000000000/ps-0000000000000001",
  "IdentityCenterAccountArns=arn:aws:sso:::account/123456789012",
]`,
		request: "aws-access --field target=prod-admin -r 'Look at the queue'",
		note:    "this machine has no IAM Identity Center: the code and people decide here, and granting fails",
	},
	"on-call": {
		rights: `
      Policies:
        # An API key of PagerDuty, read-only:
        #   aws secretsmanager create-secret --name pagerduty-token --secret-string KEY
        - AWSSecretsManagerGetSecretValuePolicy:
            SecretArn: !Sub "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:pagerduty-token-??????"`,
		request: "on-call -r 'The queue is full'",
		note:    "its rule needs an API key of PagerDuty: on this machine, set FASTTRACK_SECRET_PAGERDUTY_TOKEN=KEY",
	},
}

// Flows returns the names of the flows that a starter can begin with.
func Flows() []string { return slices.Sorted(maps.Keys(flows)) }

// Request returns the rest of a command line that files a request of a starter's flow.
func Request(name string) string { return flows[name].request }

// Note says what a starter's flow does or needs.
func Note(name string) string { return flows[name].note }
