// Command record is the only writer of runs, and publishes their events.
package main

import "github.com/fasttrack-dev/fasttrack/functions/record/record"

func main() { record.Start() }
