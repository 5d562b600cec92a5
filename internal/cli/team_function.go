package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
	"github.com/fasttrack-dev/fasttrack/internal/kit/strategies"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// nowhere is where a function that is only tried finds AWS, unless a flag says otherwise:
// calls are refused at once.
const nowhere = "http://127.0.0.1:1"

// staged is a function of a team's folder that was built for this machine.
type staged struct {
	hookfunc.Package
	folder   *folder.Folder
	function folder.Function
}

// stage builds a function of a team's folder for this machine.
func stage(ctx context.Context, f *folder.Folder, fn folder.Function) (staged, error) {
	dir, err := f.MakeDir("local")
	if err != nil {
		return staged{}, err
	}
	s := staged{hookfunc.Package{Runtime: fn.Runtime, Handler: fn.Handler, Dir: filepath.Join(dir, fn.LogicalID)}, f, fn}
	return s, pack.Stage(ctx, f, fn, s.Dir, pack.Here())
}

// run runs the function. stop ends it.
func (s staged) run(ctx context.Context, endpoint string) (call replay.Function, stop func(), err error) {
	call, stop, err = s.Run(ctx, endpoint)
	if err != nil {
		return nil, func() {}, s.explain(err)
	}
	return call, stop, nil
}

// explain returns the error of a start as a mistake in the team's code.
func (s staged) explain(err error) error {
	if failed, is := errors.AsType[*lambda.InitError](err); is {
		return pack.Mistake(s.folder, s.function, s.Dir, failed)
	}
	return err
}

// isCode reports whether an argument names a folder with a function's code, as hooks/ does.
// A name without a slash is that of a Lambda function.
func isCode(arg string) bool {
	info, err := os.Stat(arg)
	return strings.ContainsAny(arg, `/\`) && err == nil && info.IsDir()
}

// stagedAt builds the function whose code is in a folder. A folder above it is the team's.
func stagedAt(ctx context.Context, code string) (staged, error) {
	at, err := filepath.Abs(code)
	if err != nil {
		return staged{}, err
	}
	if s, err := strategies.Read(at); err != nil || s != nil {
		if err == nil {
			err = fmt.Errorf("%s has the strategy %s as `fasttrack strategies add` wrote it; deploy it, then check the function by its name, with --live", code, s.Strategy)
		}
		return staged{}, usageError{err}
	}
	for dir := at; ; dir = filepath.Dir(dir) {
		if folder.Is(dir) {
			f, err := folder.Open(dir)
			if err != nil {
				return staged{}, err
			}
			i := slices.IndexFunc(f.Functions, func(fn folder.Function) bool { return f.Path(fn.Code) == at })
			if i < 0 {
				return staged{}, usageError{fmt.Errorf("no function in %s has its code in %s", f.Path(folder.TemplateFile), code)}
			}
			return stage(ctx, f, f.Functions[i])
		}
		if dir == filepath.Dir(dir) {
			return staged{}, usageError{fmt.Errorf("%s is not in a folder with a %s of your own, which says how its code runs", code, folder.TemplateFile)}
		}
	}
}

// teamFunction builds a function of a team's folder for this machine, and runs it.
func teamFunction(ctx context.Context, f *folder.Folder, fn folder.Function, endpoint string) (replay.Function, func(), error) {
	s, err := stage(ctx, f, fn)
	if err != nil {
		return nil, nil, err
	}
	return s.run(ctx, endpoint)
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
