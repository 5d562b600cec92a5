// Command notify notifies people of what happens to requests: by an SNS topic and
// a signed webhook.
package main

import "github.com/fasttrack-dev/fasttrack/functions/notify/notify"

func main() { notify.Start() }
