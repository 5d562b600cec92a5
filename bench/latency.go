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

// latency measures a fast-tracked POST with Prefer: wait=5 against a bare
// round trip (GET /healthz: one Lambda invocation that does nothing) through
// the same gateway, turn about, warm.
func (b *bench) latency(ctx context.Context) ([]figure, error) {
	stack, err := local.Start(ctx, "", localaws.Options{TemplatePath: "template.yaml", BuildDir: "build", Addr: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	defer stack.Close(ctx)
	const calls, warm = 500, 30
	var asked, bare []float64
	for i := range calls + warm {
		started := time.Now()
		if _, err := post(stack.URL()+"/requests", fmt.Sprintf("p%d@example.com", i), `{"flow":"everything-goes"}`); err != nil {
			return nil, err
		}
		took := time.Since(started)
		started = time.Now()
		res, err := http.Get(stack.URL() + "/healthz")
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if err != nil {
			return nil, err
		}
		if i >= warm {
			asked = append(asked, took.Seconds()*1000)
			bare = append(bare, time.Since(started).Seconds()*1000)
		}
	}
	var figures []figure
	for _, q := range []struct {
		name   string
		q      float64
		budget float64
	}{{"p50", 0.5, 15}, {"p99", 0.99, 30}} {
		a, z := quantile(asked, q.q), quantile(bare, q.q)
		figures = append(figures, figure{fmt.Sprintf("POST, fast-tracked, wait=5, %s (%.2f ms) against a bare round trip (%.2f ms)", q.name, a, z), a / z, "×", q.budget})
	}
	return figures, nil
}
