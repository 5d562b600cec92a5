// Command grant is the only function that grants and removes access.
package main

import "github.com/fasttrack-dev/fasttrack/functions/grant/grant"

func main() { grant.Start() }
