// Command apply pushes the rules that approved requests propose. It is deployed where the
// parameter PushedRules is true.
package main

import "github.com/fasttrack-dev/fasttrack/functions/apply/apply"

func main() { apply.Start() }
