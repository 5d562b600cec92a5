// Command request takes requests, lists them and shows them.
package main

import "github.com/fasttrack-dev/fasttrack/functions/request/request"

func main() { request.Start() }
