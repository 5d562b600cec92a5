// Command endsessions ends the sessions of IAM Identity Center that outlast their
// access. It is deployed where the parameter SessionPolicyArn names a policy.
package main

import "github.com/fasttrack-dev/fasttrack/functions/endsessions/endsessions"

func main() { endsessions.Start() }
