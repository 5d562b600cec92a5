// Command digest signs once a day where the history of each run stands.
package main

import "github.com/fasttrack-dev/fasttrack/functions/digest/digest"

func main() { digest.Start() }
