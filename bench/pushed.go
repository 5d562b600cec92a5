package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// pushed measures a new process of functions/request up to the response to its first call, GET /flows: by the
// deployed rules, where rules may be pushed and none are, and by pushed rules, which it
// reads and verifies first. Of the rounds, taken in turn, the fastest tenth counts: what else
// the machine does is no part of it.
func (b *bench) pushed(ctx context.Context) ([]figure, error) {
	const rounds = 40
	served := []struct {
		name       string
		on, pushes bool
		stack      *localaws.Stack
		times      []float64
	}{{name: "deployed rules"}, {name: "PushedRules=true, none pushed", on: true}, {name: "pushed rules", on: true, pushes: true}}
	for i := range served {
		s := &served[i]
		o := localaws.Options{TemplatePath: "template.yaml", BuildDir: "build", Addr: "127.0.0.1:0"}
		if s.on {
			o.Parameters = map[string]string{"PushedRules": "true"}
		}
		var err error
		if s.stack, err = local.Start(ctx, "", o); err != nil {
			return nil, err
		}
		defer s.stack.Close(ctx)
		if !s.pushes {
			continue
		}
		cmd := exec.CommandContext(ctx, "build/fasttrack", "flows", "push", "flows.yaml", "--table", local.StackName+"-Table", "--endpoint-url", s.stack.URL()+"/_aws")
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_REGION="+localaws.Region)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("flows push: %w\n%s", err, out)
		}
	}
	for round := range rounds + 2 {
		for i := range served {
			s := &served[i]
			started := time.Now()
			if err := s.stack.Replace(ctx, map[string]string{"RequestFunction": filepath.Join("build", "RequestFunction")}, nil); err != nil {
				return nil, err
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.stack.URL()+"/flows", nil)
			if err != nil {
				return nil, err
			}
			req.Header.Set("Authorization", "Bearer ada@example.com")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return nil, err
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				return nil, fmt.Errorf("%s: %s", s.name, res.Status)
			}
			if round >= 2 {
				s.times = append(s.times, time.Since(started).Seconds()*1000)
			}
		}
	}
	var figures []figure
	base := quantile(served[0].times, 0.1)
	for _, s := range served[1:] {
		m := quantile(s.times, 0.1)
		figures = append(figures, figure{fmt.Sprintf("request, start to its first response, %s (%.1f ms) against deployed rules (%.1f ms)", s.name, m, base), m / base, "×", 0})
	}
	return figures, nil
}
