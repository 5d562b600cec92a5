package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/text"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// nowhere is where a function that is only tried finds AWS, unless a flag says otherwise:
// calls are refused at once.
const nowhere = "http://127.0.0.1:1"

// teamFunction builds a function of a team's folder for this machine, and runs it.
func teamFunction(ctx context.Context, f *folder.Folder, fn folder.Function, endpoint string) (replay.Function, func(), error) {
	dir, err := f.MakeDir("local")
	if err != nil {
		return nil, nil, err
	}
	at := dir + "/" + fn.LogicalID
	if err := pack.Stage(ctx, f, fn, at, pack.Here()); err != nil {
		return nil, nil, err
	}
	call, stop, err := hookfunc.Package{Runtime: fn.Runtime, Handler: fn.Handler, Dir: at}.Run(ctx, endpoint)
	if failed, is := errors.AsType[*lambda.InitError](err); is {
		return nil, nil, fmt.Errorf("%s: the function does not start: %s", fn.Code, text.Line(failed.Message))
	}
	return call, stop, err
}

// teamHooks builds and runs the hook function of a team's folder.
func teamHooks(ctx context.Context, dir, endpoint string) (h hooksHere, note string, err error) {
	h.stop = func() {}
	f, err := folder.Open(dir)
	if err != nil {
		return h, "", err
	}
	at := slices.IndexFunc(f.Functions, func(fn folder.Function) bool { return fn.LogicalID == folder.HooksFunction })
	if at < 0 {
		return h, fmt.Sprintf("flow names were not compared with hooks: %s has no code for %s here", folder.TemplateFile, folder.HooksFunction), nil
	}
	call, stop, err := teamFunction(ctx, f, f.Functions[at], endpoint)
	if err != nil {
		return h, "", err
	}
	return hooksHere{name: f.Functions[at].Code + "/", call: call, stop: stop}, "", nil
}
