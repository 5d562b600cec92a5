package local

import (
	"fmt"
	"io"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

// Report prints where fasttrack answers and first steps to try. data is the folder that
// keeps requests, or empty.
func Report(out io.Writer, stack *localaws.Stack, data string) {
	try := tryTokens
	if stack.Template.Parameters["AuthMode"] == "IAM" {
		try = trySigned
	}
	if hasConsole(stack) {
		fmt.Fprintf(out, "Open %s/ in a browser: the console.\n\n", stack.URL())
	}
	reportSlack(out, stack)
	fmt.Fprintf(out, "The API is at %s. Try, in another terminal:\n\n", stack.URL())
	fmt.Fprintf(out, try, stack.URL())
	reportRest(out, stack, data)
}

// reportSlack prints where the Slack workspace of this machine is.
func reportSlack(out io.Writer, stack *localaws.Stack) {
	if HasSlack(stack) {
		fmt.Fprintf(out, "Open %s%s/ for Slack, as any of its members.\n\n", stack.URL(), SlackPath)
	}
	if stack.Template.Parameters["MailFrom"] != "" {
		fmt.Fprintf(out, "Open %s%s for the mails that were sent.\n\n", stack.URL(), MailPath)
	}
}

// reportRest prints how to reach the AWS services, and what is served.
func reportRest(out io.Writer, stack *localaws.Stack, data string) {
	command.ReportAccess(out, stack)
	if stage := stack.Template.Parameters[StageParameter]; stage != "" {
		fmt.Fprintf(out, "The vars of flows are those of stage %s; --parameter Stage=NAME serves another.\n", stage)
	}
	if data != "" {
		fmt.Fprintf(out, "Requests are kept in %s.\n", data)
	}
}

// ReportTeam prints where a team's folder answers and a first step to try, with one of its
// flows.
func ReportTeam(out io.Writer, stack *localaws.Stack, data string, flows *flow.File) {
	if hasConsole(stack) {
		fmt.Fprintf(out, "Open %s/ in a browser: the console.\n\n", stack.URL())
	}
	reportSlack(out, stack)
	fmt.Fprintf(out, "The API is at %s. Try, in another terminal:\n\n", stack.URL())
	for _, f := range flows.Flows[:min(1, len(flows.Flows))] {
		as, before := " --as ada@example.com", ""
		if stack.Template.Parameters["AuthMode"] == "IAM" {
			as, before = "", "  export AWS_ACCESS_KEY_ID=ada AWS_SECRET_ACCESS_KEY=ada AWS_REGION=us-east-1\n"
		}
		fmt.Fprintf(out, "%s  fasttrack request %s --url %s%s\n\n", before, f.Name, stack.URL(), as)
	}
	reportRest(out, stack, data)
}

// tryTokens lists first steps with AuthMode=JWT. Each works when it is pasted.
const tryTokens = `  # Everything goes: code approves it before any person sees it.
  curl -s %[1]s/requests -H 'Authorization: Bearer ada@example.com' -H 'Prefer: wait=5' -d '{"flow":"everything-goes"}'

  # An emergency is fast-tracked, with a reason that everyone sees.
  curl -s %[1]s/requests -H 'Authorization: Bearer ada@example.com' -H 'Prefer: wait=5' -d '{"flow":"aws-access","reason":"prod is down","duration_seconds":3600,"fields":{"target":"prod-ro","urgency":"Emergency"}}'

  # Anything else goes to people: Ada requests, Grace approves.
  curl -s %[1]s/requests/$(curl -s %[1]s/requests -H 'Authorization: Bearer ada@example.com' -H 'Prefer: wait=5' -d '{"flow":"aws-access","reason":"have a look","fields":{"target":"prod-ro"}}' | sed 's/.*"id":"\([0-9A-Z]\{26\}\)".*/\1/')/approve -H 'Authorization: Bearer grace@example.com' -d '{"reason":"go ahead"}'

`

// trySigned lists first steps with AuthMode=IAM.
const trySigned = `  # Calls are signed (SigV4). AWS credentials say who calls, as at AWS.
  export AWS_ACCESS_KEY_ID=ada AWS_SECRET_ACCESS_KEY=ada AWS_REGION=us-east-1 FASTTRACK_URL=%[1]s
  build/fasttrack request everything-goes
  build/fasttrack request aws-access -f target=prod-ro --reason 'have a look'

  # Grace approves. Any client that signs will do.
  curl -s %[1]s/requests?view=inbox --aws-sigv4 aws:amz:us-east-1:execute-api --user grace:grace
  AWS_ACCESS_KEY_ID=grace AWS_SECRET_ACCESS_KEY=grace build/fasttrack approve ID --reason 'go ahead'

`
