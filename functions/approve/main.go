// Command approve takes people's actions on requests: approve, deny, cancel, revoke.
package main

import "github.com/fasttrack-dev/fasttrack/functions/approve/approve"

func main() { approve.Start() }
