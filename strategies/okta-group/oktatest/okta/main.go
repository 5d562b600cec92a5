// Command okta serves an organization of package oktatest, and looks at it.
//
//	okta serve      prints its URL and serves until it is killed
//	okta members    prints the logins of the members, from OKTA_URL
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktatest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "okta:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		org, server := oktatest.New()
		defer server.Close()
		fmt.Println(org.URL)
		select {}
	case len(args) == 1 && args[0] == "members":
		return members(os.Getenv("OKTA_URL"))
	}
	return fmt.Errorf("usage: okta serve | members")
}

// members prints who is in the group.
func members(at string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/api/v1/groups/"+oktatest.Group+"/users", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "SSWS "+oktatest.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var users []struct{ Profile struct{ Login string } }
	if err := json.NewDecoder(resp.Body).Decode(&users); err != nil {
		return err
	}
	for _, u := range users {
		fmt.Println(u.Profile.Login)
	}
	return nil
}
