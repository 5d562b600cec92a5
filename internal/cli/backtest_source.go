package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// source is where past requests are read from.
type source struct {
	table    table
	exported string
	made     period.Period
	// window is the time as it was given.
	window string
}

func (s *source) flags(cmd *cobra.Command, p Process) {
	s.table.nameFlag(cmd, p)
	cmd.Flags().StringVar(&s.exported, "file", "", "a `FILE` of 'fasttrack audit export' to read instead")
}

func (s *source) check() error {
	if s.table.name == "" && s.exported == "" {
		return usageError{errors.New("where are the requests? Give --stack NAME, or --table NAME, the stack's output TableName, or --file with what `fasttrack audit export` wrote")}
	}
	return nil
}

func (s *source) String() string {
	if s.exported != "" {
		return filepath.Base(s.exported)
	}
	return "table " + s.table.name
}

// each calls f with each request that was made in the time, in no order.
func (s *source) each(ctx context.Context, endpoint string, f func(export.Run) error) error {
	if s.exported != "" {
		file, err := os.Open(s.exported)
		if err != nil {
			return usageError{fmt.Errorf("--file: %w", err)}
		}
		defer file.Close()
		err = export.Read(file, func(r export.Run) error {
			if !s.made.Contains(r.CreatedAt) {
				return nil
			}
			return f(r)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.exported, err)
		}
		return nil
	}
	s.table.endpoint = endpoint
	stored, _, err := s.table.open(ctx)
	if err != nil {
		return err
	}
	return stored.Each(ctx, s.made.From, s.made.To, func(rec store.Record) error {
		return f(export.Of(rec.Run, json.RawMessage(rec.Context)))
	})
}

// questions is what hooks are to be asked about.
type questions struct {
	requests []backtest.Request
	// skipped counts requests that can't be asked about, by why.
	skipped  map[string]int
	function string
	closers  []func()
}

// close ends what was started for the hooks.
func (q *questions) close() {
	for _, f := range q.closers {
		f()
	}
}

// triedFlow is a flow whose hooks are asked, or that has none that could be.
type triedFlow struct {
	ask  replay.Function
	flow *flow.Flow
	// block is the flow as runs have it.
	block run.Flow
	// missing says why its hooks can't be asked, "" if they can.
	missing string
}

// requests reads the past requests, and finds the hook function of each. Those of
// a flow whose function is not there are left out; it is an error where that is
// so of all.
func (b *backtested) requests(ctx context.Context, bar *progress) (q questions, err error) {
	q.skipped = map[string]int{}
	defer func() {
		if err != nil {
			q.close()
		}
	}()
	bar.start("reading "+b.source.String(), 0, 0)
	defer bar.end()
	flows := map[string]*triedFlow{}
	err = b.each(ctx, b.endpoint, func(r export.Run) error {
		if len(b.flowNames) > 0 && !slices.Contains(b.flowNames, r.Flow) {
			return nil
		}
		if flows[r.Flow] == nil {
			t, err := b.try(ctx, r.Flow, &q)
			if err != nil {
				return err
			}
			flows[r.Flow] = t
		}
		t := flows[r.Flow]
		if t.missing != "" {
			q.skipped[t.missing]++
			return nil
		}
		request := backtest.Request{Case: backtest.Of(r), Asked: r.Request(), Ask: t.ask}
		if !b.asAsked {
			request.Asked.Flow, request.Asked.Fields = t.block, t.flow.Refresh(request.Asked.Fields)
		}
		q.requests = append(q.requests, request)
		bar.at(len(q.requests))
		return nil
	})
	if err != nil {
		return q, err
	}
	if len(q.requests) == 0 && len(q.skipped) > 0 {
		return q, errors.New(strings.Join(slices.Sorted(maps.Keys(q.skipped)), "\n"))
	}
	q.function = b.asked(flows)
	return q, nil
}

// try finds the hook function of a flow.
func (b *backtested) try(ctx context.Context, name string, q *questions) (*triedFlow, error) {
	f, there := b.flows.Find(name)
	if !there {
		return &triedFlow{missing: fmt.Sprintf("%s has no flow %q", b.file, name)}, nil
	}
	t := &triedFlow{flow: f}
	var err error
	if t.block, err = b.block(f); err != nil {
		return nil, err
	}
	ask, closes, err := b.function(ctx, f)
	var gone missingFunction
	switch {
	case errors.As(err, &gone):
		t.missing = gone.Error()
	case err != nil:
		return nil, err
	default:
		t.ask = ask
		q.closers = append(q.closers, closes)
	}
	return t, nil
}

// asked names the functions that are asked.
func (b *backtested) asked(flows map[string]*triedFlow) string {
	if b.binary != "" {
		return b.binary
	}
	var names []string
	for _, t := range flows {
		if t.missing == "" && !slices.Contains(names, t.block.Hooks) {
			names = append(names, t.block.Hooks)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// key is what a backtest is about: what of it that is another, what hooks said
// before doesn't stand.
func (b *backtested) key() (string, error) {
	flows, err := os.ReadFile(b.file)
	if err != nil {
		return "", err
	}
	version := ""
	if b.binary != "" {
		if version, err = locallambda.PackageVersion(filepath.Dir(b.binary)); err != nil {
			return "", err
		}
	}
	raw, err := json.Marshal([]any{string(flows), b.stack, b.endpoint, b.binary, version, b.table.name, b.exported, b.window, b.flowNames, b.asAsked, b.guards})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8]), nil
}
