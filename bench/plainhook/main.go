// Command plainhook is a hook function on package hook alone, with no
// integration: what a cold start of one costs.
package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

func main() {
	hook.Serve(hook.Flows{"everything-goes": hook.Hooks{OnRequest: approve}})
}

func approve(context.Context, *hook.Event) (hook.FromRequest, error) {
	return hook.Approve("Everything goes!"), nil
}
