package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// bareMain is the least that aws-lambda-go can be.
const bareMain = `package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() error { return nil }) }
`

const rounds = 20

// hookFunctions are the two that are measured: the budgets are for one that
// imports no integration, which functions/hooks with its samples does.
var hookFunctions = map[string]string{"hooks": "hooks without integrations", "samples": "functions/hooks with all samples"}

// coldStarts measures process start to the first Runtime API "next" of each
// function against a bare binary, rounds interleaved, and the size of hooks.
func (b *bench) coldStarts(ctx context.Context) ([]figure, error) {
	binaries := map[string]string{}
	bare := filepath.Join("bench", "bare_main.go")
	if err := os.WriteFile(bare, []byte(bareMain), 0o644); err != nil {
		return nil, err
	}
	defer os.Remove(bare)
	for name, target := range map[string]string{
		"bare": bare, "hooks": "./bench/plainhook", "samples": "./functions/hooks", "request": "./functions/request", "approve": "./functions/approve", "record": "./functions/record", "console": "./functions/console", "slack": "./functions/slack", "notify": "./functions/notify",
	} {
		out := filepath.Join(b.dir, name, "bootstrap")
		if err := buildLambda(ctx, out, target); err != nil {
			return nil, err
		}
		binaries[name] = out
	}
	flows, err := filepath.Abs("flows.yaml")
	if err != nil {
		return nil, err
	}
	names := []string{"bare", "hooks", "samples", "request", "approve", "record", "console", "slack", "notify"}
	times := map[string][]float64{}
	for round := range rounds + 2 {
		for _, name := range names {
			took, err := coldStart(ctx, binaries[name], filepath.Dir(flows))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if round >= 2 { // the first warm the page cache
				times[name] = append(times[name], took.Seconds()*1000)
			}
		}
	}
	base := median(times["bare"])
	figures := []figure{}
	for name, budget := range map[string]float64{"hooks": 1.2, "request": 2, "approve": 2, "record": 2, "console": 1.3, "slack": 2.2, "notify": 2.2} {
		m := median(times[name])
		figures = append(figures, figure{fmt.Sprintf("cold start of %s (%.1f ms) against bare (%.1f ms)", name, m, base), m / base, "×", budget})
	}
	slices.SortFunc(figures, func(a, b figure) int { return slices.Compare([]byte(a.what), []byte(b.what)) })
	for _, name := range []string{"hooks", "samples"} {
		info, err := os.Stat(binaries[name])
		if err != nil {
			return nil, err
		}
		figures = append(figures, figure{"binary of " + hookFunctions[name] + ", stripped", float64(info.Size()) / 1e6, "MB", map[string]float64{"hooks": 8}[name]})
	}
	return append(figures, figure{fmt.Sprintf("cold start of %s (%.1f ms) against bare (%.1f ms)", hookFunctions["samples"], median(times["samples"]), base), median(times["samples"]) / base, "×", 0}), nil
}

// coldStart starts a binary, with more in its environment, and waits until it asks for
// its first event.
func coldStart(ctx context.Context, binary, root string, env ...string) (time.Duration, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	asked := make(chan time.Time, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case asked <- time.Now():
		default:
		}
		<-r.Context().Done()
	})}
	go server.Serve(l)
	defer server.Close()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x",
		"LAMBDA_TASK_ROOT=" + root, "AUTH_MODE=JWT", "JWT_ISSUER=https://issuer", "JWT_GROUPS_CLAIM=groups", "ACCOUNT_ID=123456789012", "HOOKS_FUNCTION=h", "TABLE_NAME=t", "BUS_NAME=b", "STATE_MACHINE_ARN=m", "AWS_LAMBDA_FUNCTION_NAME=f",
		"API_URL=https://api", "CONSOLE_ORIGIN=https://console", "CONSOLE_CLIENT_ID=c", "CONSOLE_SESSION_HOURS=12", "CONSOLE_KEY_SECRET_ARN=k",
		"TOPIC_ARN=t", "PORTAL_URL=https://portal", "SLACK_TEAMS=T1", "SLACK_SECRET_ARN=s", "MAIL_FROM=fasttrack@example.com",
	}, env...)
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
	}()
	select {
	case at := <-asked:
		return at.Sub(started), nil
	case <-time.After(10 * time.Second):
		return 0, fmt.Errorf("it does not start")
	}
}

func median(values []float64) float64 { return quantile(values, 0.5) }

func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
