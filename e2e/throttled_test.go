package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// In a new AWS account ten functions run at a time. 40 callers who all wait for
// their requests must not take all of them: every request that a hook always
// approves is approved by it, and none ends with people.
func TestAThrottledAccountDecidesByCode(t *testing.T) {
	if emulated() {
		t.Skip("TestDeployedThrottledAccount is the emulator's")
	}
	on, _ := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{AccountConcurrency: 10})
	crowd(t, on.url, 40)
}

// TestDeployedThrottledAccount is the same on the emulator, whose account is given
// the limit once the stack is deployed.
func TestDeployedThrottledAccount(t *testing.T) {
	onlyDeployed(t)
	on, e := deploy(t, "HooksFunction", "../flows.yaml", newLogs(t))
	e.LimitConcurrency(10)
	crowd(t, on.url, 40)
	if e.Throttled() == 0 {
		t.Error("no invocation was throttled: it shows nothing")
	}
	t.Logf("%d invocations were throttled", e.Throttled())
}

// crowd has so many callers ask at once for what is always approved, each waiting
// for its decision and retrying while the API is short of capacity.
func crowd(t *testing.T, url string, callers int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	began := time.Now()
	var group errgroup.Group
	for n := range callers {
		group.Go(func() error {
			who := fmt.Sprintf("crowd%d@example.com", n)
			asked, err := persist(ctx, who, http.MethodPost, url+"/requests", `{"flow":"everything-goes"}`)
			if err != nil {
				return err
			}
			for asked.Status == "requested" {
				time.Sleep(time.Second)
				if asked, err = persist(ctx, who, http.MethodGet, url+"/requests/"+asked.ID, ""); err != nil {
					return err
				}
			}
			if asked.Status != "approved" {
				return fmt.Errorf("request %s is %s after %v: %s", asked.ID, asked.Status, time.Since(began).Round(time.Second), asked.text)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d callers, decided by code after %v", callers, time.Since(began).Round(time.Millisecond))
}

// shown is what of a request the crowd looks at.
type shown struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	text   string
}

// persist retries a call while the API is short of capacity.
func persist(ctx context.Context, who, method, url, body string) (shown, error) {
	for {
		req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
		if err != nil {
			return shown{}, err
		}
		req.Header.Set("Authorization", "Bearer "+who)
		req.Header.Set("Idempotency-Key", who)
		req.Header.Set("Prefer", "wait=20")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return shown{}, err
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			return shown{}, err
		}
		if res.StatusCode < 300 {
			s := shown{text: string(text)}
			return s, json.Unmarshal(text, &s)
		}
		if res.StatusCode < 500 {
			return shown{}, fmt.Errorf("%s %s: %s: %s", method, url, res.Status, text)
		}
		select {
		case <-ctx.Done():
			return shown{}, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
