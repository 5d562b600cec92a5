// Command issuer serves the issuer for tests, to try signing in by hand.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:9400", "the address to serve on")
	name := flag.String("profile", "cognito", "cognito, okta, entra or google")
	life := flag.Duration("lifetime", 0, "how long a token is valid; an hour by default")
	flag.Parse()
	for _, p := range issuertest.Profiles() {
		if p.Name == *name {
			i := issuertest.New("http://"+*addr, p, issuertest.Options{Lifetime: *life})
			fmt.Printf("issuer  %s\nclient  %s\nsecret  %s\n", i.URL(), i.ClientID(), i.ClientSecret())
			server := &http.Server{Addr: *addr, Handler: i.Handler(), ReadHeaderTimeout: 10 * time.Second}
			log.Fatal(server.ListenAndServe())
		}
	}
	log.Fatalf("unknown profile %q; use cognito, okta, entra or google", *name)
}
