package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// listCalls measures each list as its caller sees it: through the API, by the
// functions' own binaries, among requests in several states.
func (b *bench) listCalls(ctx context.Context) ([]figure, error) {
	stack, err := local.Start(ctx, "", localaws.Options{TemplatePath: "template.yaml", BuildDir: "build", Addr: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	defer stack.Close(ctx)
	for range 10 { // of each flow, as many as one person may send in a minute
		for _, body := range []string{
			`{"flow":"everything-goes"}`,
			`{"flow":"aws-access","reason":"bench","fields":{"target":"prod-ro"}}`,
			`{"flow":"low-risk","reason":"bench","fields":{"target":"prod-ro"}}`,
		} {
			if _, err := post(stack.URL()+"/requests", "ada@example.com", body); err != nil {
				return nil, err
			}
		}
	}
	var figures []figure
	for _, list := range []struct{ query, who string }{
		{"view=mine", "ada@example.com"},
		{"view=mine&status=approved", "ada@example.com"},
		{"view=mine&status=pending", "ada@example.com"},
		{"view=mine&status=denied", "ada@example.com"},
		{"view=mine&flow=aws-access", "ada@example.com"},
		{"view=inbox", "grace@example.com"},
		{"view=inbox&flow=aws-access", "grace@example.com"},
		{"view=reviewed", "grace@example.com"},
		{"view=live", "ada@example.com"},
		{"view=live&sort=created", "ada@example.com"},
		{"view=live", "root@example.com;platform"},
		{"view=all", "ada@example.com"},
		{"view=all", "grace@example.com;sre"},
		{"view=all&decided_by=code", "root@example.com;platform"},
		{"view=all&flow=aws-access&q=bench", "root@example.com;platform"},
		{"view=flow&flow=aws-access", "root@example.com"},
		{"view=flow&flow=aws-access&status=pending", "root@example.com"},
		{"view=flow&flow=aws-access&status=denied", "root@example.com"},
	} {
		const calls, warm = 300, 20
		var took []float64
		for n := range calls + warm {
			began := time.Now()
			if err := get(ctx, stack.URL()+"/requests?limit=10&"+list.query, list.who); err != nil {
				return nil, err
			}
			if n >= warm {
				took = append(took, time.Since(began).Seconds()*1000)
			}
		}
		figures = append(figures, figure{fmt.Sprintf("GET /requests?%s, 10 of 30 (p50 %.1f ms), p99", list.query, median(took)), quantile(took, 0.99), "ms", 250})
	}
	return figures, nil
}

// get makes a call that must succeed, and reads its answer.
func get(ctx context.Context, url, who string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+who)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, res.Status, text)
	}
	return err
}
