// Command console serves the web console behind API Gateway. It is deployed where the
// parameter ConsoleClientId names a client of the issuer.
package main

import "github.com/fasttrack-dev/fasttrack/functions/console/console"

func main() { console.Start() }
