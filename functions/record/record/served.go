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
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Serves returns the one version of a function that is invoked now.
type Serves func(ctx context.Context) (version string, err error)

// servesLimit is how long it may take to find out; an invocation of a hook that
// turns out not to be there takes about as long.
const servesLimit = 2 * time.Second

// AliasServes asks Lambda what the alias in a function's ARN points to. It is an
// error if the alias spreads invocations over two versions.
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
			return "", fmt.Errorf("alias %s spreads over more than version %s", alias, is.FunctionVersion)
		}
		return is.FunctionVersion, nil
	}
}

// hooksVersion returns the version that the run's hook function has now, "" where
// that is not known: then guards count as there. It looks up only the project's own
// function, and only before a guard could be skipped.
func (c *call) hooksVersion(ctx context.Context, rec store.Record) string {
	r := rec.Run
	if c.Serves == nil || r.Flow.Hooks != c.HooksFunction || !r.LacksGuard() || !(r.HasAct(rec.Acts) || c.req.Caught != nil) {
		return ""
	}
	version, err := c.Serves(ctx)
	if err != nil {
		c.Log.Warn("unknown which version the alias of the hooks function serves; guards count as there", "run_id", r.ID, "error", err.Error())
	}
	return version
}
