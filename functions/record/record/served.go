package record

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/lambdaapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Serves returns the one version of a function that its alias serves now.
type Serves func(ctx context.Context) (version string, err error)

// servesLimit limits the lookup; invoking a hook that turns out to be nil takes about
// as long.
const servesLimit = 2 * time.Second

// AliasServes looks up at Lambda which version the alias in a function's ARN points
// to. The error is for an alias that spreads invocations over two versions.
func AliasServes(cfg aws.Config, arn string) Serves {
	i := strings.LastIndexByte(arn, ':')
	if i < 0 || !strings.Contains(arn[:i], ":function:") {
		return nil
	}
	function, alias := arn[:i], arn[i+1:]
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, servesLimit)
		defer cancel()
		req, err := lambdaapi.Request(ctx, cfg, http.MethodGet, function, "/aliases/"+alias, nil)
		if err != nil {
			return "", err
		}
		res, err := cfg.HTTPClient.Do(req)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		var is struct {
			FunctionVersion string
			RoutingConfig   struct{ AdditionalVersionWeights map[string]float64 }
		}
		raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		switch {
		case err != nil:
			return "", err
		case res.StatusCode != http.StatusOK:
			return "", fmt.Errorf("alias %s: %s %s", alias, res.Status, res.Header.Get("X-Amzn-ErrorType"))
		}
		if err := json.Unmarshal(raw, &is); err != nil {
			return "", fmt.Errorf("alias %s: %w", alias, err)
		}
		if len(is.RoutingConfig.AdditionalVersionWeights) > 0 {
			return "", fmt.Errorf("alias %s serves more than version %s", alias, is.FunctionVersion)
		}
		return is.FunctionVersion, nil
	}
}

// hooksVersion returns the version of the run's hook function now, "" if unknown: then
// the run's guards are called. It looks up only the project's own function, and only
// before a guard, or while_active, could be skipped.
func (c *call) hooksVersion(ctx context.Context, rec store.Record) string {
	r := rec.Run
	looks := r.LookDue(c.Now()) && !r.HasHook(run.WhileActive)
	guards := r.LacksGuard() && (r.HasAct(rec.Acts) || c.req.Caught != nil || r.ParkedForStart())
	if c.Serves == nil || r.Flow.Hooks != c.HooksFunction || !looks && !guards {
		return ""
	}
	version, err := c.Serves(ctx)
	if err != nil {
		c.Log.Warn("can't look up which version of the hooks function is served; guards are called", "run_id", r.ID, "error", err.Error())
	}
	return version
}
