package cli

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// pushedRules has the flags of commands about the versions that were pushed.
type pushedRules struct {
	table
	stack, stage string
}

func (r *pushedRules) flags(cmd *cobra.Command, p Process) {
	stackFlag(cmd, &r.stack)
	r.table.flags(cmd, p)
	stageFlag(cmd, &r.stage, "")
}

// pushedTo is a deployment that takes pushed rules.
type pushedTo struct {
	*store.Store
	cfg   aws.Config
	keyID string
	key   *ecdsa.PublicKey
	stage string
	watch *rules.Watch[*flow.File]
}

// open opens the versions of a deployment.
func (r *pushedRules) open(ctx context.Context, p Process) (*pushedTo, error) {
	if r.name == "" {
		return nil, usageError{errors.New("give --stack NAME, or --table NAME (the stack's output TableName), with AWS credentials that may read it")}
	}
	stored, cfg, err := r.table.open(ctx)
	if err != nil {
		return nil, err
	}
	to := &pushedTo{Store: stored, cfg: cfg, keyID: "alias/" + r.stack + "-rules", stage: r.stage}
	if to.key, err = signed.PublicKey(ctx, cfg, to.keyID); err != nil {
		if coded, is := errors.AsType[interface {
			error
			ErrorCode() string
		}](err); is && strings.HasPrefix(coded.ErrorCode(), "NotFound") {
			return nil, fmt.Errorf("stack %s takes no pushed rules: deploy it with PushedRules=true (docs/rules.md)", r.stack)
		}
		return nil, fmt.Errorf("read the key of rules: %w", err)
	}
	to.watch = &rules.Watch[*flow.File]{
		Source: stored, Now: p.Now, Log: slog.New(slog.DiscardHandler),
		Key:  func(context.Context) (*ecdsa.PublicKey, error) { return to.key, nil },
		Make: to.parse,
	}
	return to, nil
}

// parse reads a version as the functions do. Without --stage it can't know the stage of the
// deployment, and any of the file's will do.
func (to *pushedTo) parse(raw []byte, v rules.Version) (*flow.File, error) {
	if v.Shipped() {
		return nil, nil
	}
	file, err := flow.Parse(v.String(), raw)
	if err != nil || to.stage == "" {
		return file, err
	}
	return file.At(to.stage)
}

// newest returns the newest version, as far as it can be read; false if none was pushed.
func (to *pushedTo) newest(ctx context.Context) (rules.Version, bool, error) {
	s, number, err := rules.Newest(ctx, to.Store)
	if err != nil || number == 0 && s == nil {
		return rules.Version{}, false, err
	}
	var v rules.Version
	if s != nil {
		v, _ = s.Read()
	}
	v.Number = number
	return v, true, nil
}

// spoiled reports whether the newest version is missing, or can't be read at all: then the
// last that is stored is what was pushed.
func (to *pushedTo) spoiled(ctx context.Context) bool {
	s, there, err := to.LatestRules(ctx)
	if err != nil {
		return false
	}
	v, _ := s.Read()
	return !there || v.Number < 1
}

// served returns the version that functions serve, and why it is not the newest, "" if it is.
func (to *pushedTo) served(ctx context.Context) (v rules.Version, refused string, err error) {
	if _, err := to.watch.Present(ctx); err != nil {
		return rules.Version{}, "", fmt.Errorf("functions serve no version: %w", err)
	}
	return to.watch.Version(), to.watch.Refused(), nil
}

// text returns a version with its text, which is nil for the deployed file.
func (to *pushedTo) text(ctx context.Context, number int) (rules.Version, []byte, error) {
	s, there, err := to.Rules(ctx, number)
	switch {
	case err != nil:
		return rules.Version{}, nil, err
	case !there:
		return rules.Version{}, nil, fmt.Errorf("unknown version %d; `fasttrack flows history` lists them", number)
	}
	v, err := rules.Open(to.key, s)
	if err == nil && v.Number != number {
		err = fmt.Errorf("it is stored as version %d", v.Number)
	}
	if err != nil || v.Shipped() {
		return v, nil, ofVersion(number, err)
	}
	raw, err := s.Text(v)
	return v, raw, ofVersion(number, err)
}

// base returns the text of the version that something was proposed over, which is nil for
// the deployed file.
func (to *pushedTo) base(ctx context.Context, number int) ([]byte, error) {
	if number == 0 {
		return nil, nil
	}
	_, raw, err := to.text(ctx, number)
	return raw, err
}

func ofVersion(number int, err error) error {
	if err != nil {
		return fmt.Errorf("version %d: %w", number, err)
	}
	return nil
}

// pusher pushes with the caller's credentials.
func (to *pushedTo) pusher(p Process) rules.Pusher {
	return rules.Pusher{Table: to.Store, Now: p.Now, Sign: func(ctx context.Context, sum []byte) ([]byte, error) {
		signature, err := signed.Sign(ctx, to.cfg, to.keyID, sum)
		if err != nil {
			return nil, fmt.Errorf("sign the rules: %w; pushing needs the policy PushRulesPolicy of the stack", err)
		}
		return signature, nil
	}}
}

// ofPush says what to do about a version that came between.
func ofPush(err error) error {
	if errors.Is(err, rules.ErrChanged) {
		return fmt.Errorf("%w; nothing was pushed. See `fasttrack flows history`, and push again", err)
	}
	return err
}
