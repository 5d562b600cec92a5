// Package pushed reads flows.yaml for a function: the file beside its binary or, in a
// deployment that takes pushed rules, the present version.
package pushed

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// Options say where versions are.
type Options struct {
	Getenv func(string) string
	Config aws.Config
	Source rules.Source
	// Now is time.Now unless it is set.
	Now func() time.Time
}

// On reports whether the deployment takes pushed rules.
func (o Options) On() bool { return o.Getenv("RULES_KEY") != "" }

// Present returns a function that returns what is made of the present version: by make of
// one that was pushed, by deployed of the file beside the binary. Where the deployment takes
// no pushed rules, deployed is called now, and the error is its. Where it takes them, the
// first version is read beside whatever the caller goes on to do.
//
// Every function parses a version whole and with the deployment's stage, whatever it needs
// of it, so that all of them take it or none does.
func Present[T any](o Options, deployed func() (T, error), make func(flows *flow.File, version int) (T, error)) (func(context.Context) (T, error), error) {
	if !o.On() {
		made, err := deployed()
		return func(context.Context) (T, error) { return made, nil }, err
	}
	log, now := logs.New(os.Stdout), o.Now
	if now == nil {
		now = time.Now
	}
	watch := &rules.Watch[T]{
		Source: o.Source, Key: signed.KeptPublicKey(o.Config, o.Getenv("RULES_KEY")), Now: now, Log: log,
		Make: func(raw []byte, v rules.Version) (made T, err error) {
			if v.Shipped() {
				return deployed()
			}
			flows, err := Parse(o.Getenv, v.String(), raw)
			if err != nil {
				return made, err
			}
			return make(flows, v.Number)
		},
	}
	go func() {
		if _, err := watch.Present(context.Background()); err != nil {
			log.Warn("rules can't be read", "error", err.Error())
		}
	}()
	return watch.Present, nil
}

// Deployed reads the file beside the binary, with the deployment's stage. A mistake in it is
// an error that names its place. So is a stage that the file does not declare: a deployment
// never guesses whose values it has.
func Deployed(getenv func(string) string) (*flow.File, error) {
	file, err := flow.Load(flow.Beside(getenv))
	if err != nil {
		return nil, err
	}
	return at(getenv, file)
}

// Parse reads a version that was pushed, of a name, as [Deployed] reads the deployed one.
func Parse(getenv func(string) string, name string, raw []byte) (*flow.File, error) {
	file, err := flow.Parse(name, raw)
	if err != nil {
		return nil, err
	}
	return at(getenv, file)
}

func at(getenv func(string) string, file *flow.File) (*flow.File, error) {
	flows, err := file.At(getenv("STAGE"))
	if err != nil {
		return nil, fmt.Errorf("parameter Stage: %w", err)
	}
	return flows, nil
}
