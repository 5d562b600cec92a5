// Command reconcile restarts runs that are stuck: on a schedule, and when an
// execution dies.
package main

import "github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"

func main() { reconcile.Start() }
