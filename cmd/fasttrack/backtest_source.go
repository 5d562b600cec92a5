package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	locallambda "github.com/fasttrack-dev/fasttrack/internal/local/lambda"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// source is where past requests are read from.
type source struct {
	table    table
	exported string
	from, to time.Time
	// window is the time as it was given.
	window string
}

func (s *source) flags(cmd *cobra.Command) {
	s.table.nameFlag(cmd)
	cmd.Flags().StringVar(&s.exported, "file", "", "a `FILE` of `fasttrack audit export` to read instead")
}

func (s *source) check() error {
	if s.table.name == "" && s.exported == "" {
		return usageError{errors.New("where are the requests? Give --table NAME, the stack's output TableName, or --file with what `fasttrack audit export` wrote")}
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
			if !s.from.IsZero() && r.CreatedAt.Before(s.from) || !s.to.IsZero() && !r.CreatedAt.Before(s.to) {
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
	return stored.Each(ctx, s.from, s.to, func(rec store.Record) error {
		return f(export.Of(rec.Run, json.RawMessage(rec.Context)))
	})
}

// questions is what hooks are to be asked about.
type questions struct {
	requests []backtest.Request
	// skipped counts requests that can't be asked about, by why.
	skipped  map[string]int
	function string
	closes   func()
}

// requests reads the past requests, and finds the hook function of each.
func (b *backtested) requests(ctx context.Context, bar *progress) (questions, error) {
	a := questions{skipped: map[string]int{}}
	var closers []func()
	a.closes = func() {
		for _, f := range closers {
			f()
		}
	}
	functions, blocks, names := map[string]replay.Function{}, map[string]run.Flow{}, []string{}
	bar.start("reading "+b.source.String(), 0, 0)
	defer bar.end()
	err := b.each(ctx, b.endpoint, func(r export.Run) error {
		if len(b.flowNames) > 0 && !slices.Contains(b.flowNames, r.Flow) {
			return nil
		}
		f, there := b.flows.Find(r.Flow)
		if !there {
			a.skipped[fmt.Sprintf("%s has no flow %q", b.file, r.Flow)]++
			return nil
		}
		if functions[f.Name] == nil {
			ask, closes, err := b.function(ctx, f)
			if err != nil {
				return err
			}
			closers = append(closers, closes)
			functions[f.Name] = ask
			if blocks[f.Name], err = b.block(f); err != nil {
				return err
			}
			if name := blocks[f.Name].Hooks; b.binary == "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		q := backtest.Request{Case: backtest.Of(r), Asked: r.Request(), Ask: functions[f.Name]}
		if !b.asAsked {
			q.Asked.Flow = blocks[f.Name]
			q.Asked.Fields = f.Refresh(q.Asked.Fields)
		}
		a.requests = append(a.requests, q)
		bar.at(len(a.requests))
		return nil
	})
	if err != nil {
		a.closes()
		return a, err
	}
	a.function = strings.Join(names, ", ")
	if b.binary != "" {
		a.function = b.binary
	}
	return a, nil
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
	raw, err := json.Marshal([]any{string(flows), b.stack, b.endpoint, b.binary, version, b.table.name, b.exported, b.window, b.flowNames, b.asAsked})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8]), nil
}
