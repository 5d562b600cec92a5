package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/merge"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// keptFor is how long a version that was replaced keeps its files: no function runs
// longer.
const keptFor = 15 * time.Minute

// kept ends each report of a mistake.
const kept = "  The version before is still served."

// reload serves what has changed, and returns the lines to print.
func (s *Served) reload(ctx context.Context, changed []string, began time.Time) []string {
	r := &reloading{Served: s, ctx: ctx, dir: s.versionDir(), began: began}
	s.removeRetired()
	hooks := false
	for _, unit := range changed {
		switch unit {
		case unitTemplate:
			r.template()
		case unitFlows:
			hooks = r.flows() || hooks
		case folder.HooksFunction:
			hooks = r.stage(s.functions[unit]) || hooks
		default:
			if fn := s.functions[unit]; r.stage(fn) {
				r.report(unit, fn.Code, r.replace(fn))
			}
		}
	}
	if hooks {
		r.replaceHooks()
	}
	return r.lines
}

// reloading is one reload.
type reloading struct {
	*Served
	ctx   context.Context
	dir   string // of its versions
	began time.Time
	lines []string
}

// report adds lines about a unit: that it is served, or its mistake.
func (r *reloading) report(unit, name string, err error) {
	if err != nil {
		r.failing[unit] = true
		r.lines = append(r.lines, strings.Split(r.explain(err).Error(), "\n")...)
		r.lines = append(r.lines, kept)
		return
	}
	delete(r.failing, unit)
	r.lines = append(r.lines, fmt.Sprintf("%s: the new version is served, after %.2f s.", name, time.Since(r.began).Seconds()))
}

// same reports that a unit is as it is served: its mistake is undone.
func (r *reloading) same(unit, name string) {
	if r.failing[unit] {
		delete(r.failing, unit)
		r.lines = append(r.lines, name+": is as it is served.")
	}
}

// template says what follows from a change of the template.
func (r *reloading) template() {
	f, err := folder.Open(r.folder.Dir)
	if err == nil {
		_, err = merge.Merge(f, merge.Options{})
	}
	switch {
	case err != nil:
		r.report(unitTemplate, unitTemplate, err)
	case bytes.Equal(f.Template, r.folder.Template):
		r.same(unitTemplate, unitTemplate)
	default:
		r.failing[unitTemplate] = true
		r.lines = append(r.lines, unitTemplate+": changed. Restart `fasttrack local` to serve it.")
	}
}

// flows reads the file of flows, and reports whether there is something to replace.
func (r *reloading) flows() bool {
	r.waiting = nil
	content, err := r.readFlows()
	if err == nil {
		_, err = r.parse(content)
	}
	switch {
	case err != nil:
		r.report(unitFlows, r.flowsFile, err)
	case bytes.Equal(content, *r.Served.flows.Load()):
		r.same(unitFlows, r.flowsFile)
	default:
		r.waiting = content
	}
	fn := r.functions[folder.HooksFunction]
	return r.waiting != nil || fn != nil && fn.staged != "" // hooks may have waited for flows
}

// stage stages a function, and reports whether it may replace the one that is served.
func (r *reloading) stage(fn *function) bool {
	r.retire(fn.staged)
	fn.staged = ""
	to := filepath.Join(r.dir, fn.LogicalID)
	err := pack.Stage(r.ctx, r.folder, fn.Function, to, pack.Here())
	if err == nil {
		fn.version, err = lambda.PackageVersion(to)
	}
	switch {
	case err != nil:
		r.report(fn.LogicalID, fn.Code, err)
		return false
	case fn.version == fn.served:
		r.retire(to)
		r.same(fn.LogicalID, fn.Code)
		return false
	}
	fn.staged, fn.tried = to, to
	return true
}

// replace puts the staged version of a function in the place of the one that is served.
func (r *reloading) replace(fn *function) error {
	ctx, cancel := context.WithTimeout(r.ctx, startWithin)
	defer cancel()
	err := r.Stack.Replace(ctx, map[string]string{fn.LogicalID: fn.staged}, nil)
	if err != nil {
		r.retire(fn.staged)
	} else {
		r.retire(fn.dir)
		fn.served, fn.dir = fn.version, fn.staged
	}
	fn.staged = ""
	return err
}

// replaceHooks serves new flows, new hooks, or both at once: a flow and its hooks have the
// same name, whichever is saved first.
func (r *reloading) replaceHooks() {
	fn := r.functions[folder.HooksFunction]
	content := r.waiting
	var flows map[string]string
	var names []string
	if content != nil {
		var err error
		if flows, err = writeFlows(r.dir, content); err != nil {
			r.report(unitFlows, r.flowsFile, err)
			return
		}
		names = append(names, r.flowsFile)
	} else {
		content = *r.Served.flows.Load()
	}
	dirs := map[string]string{}
	for _, f := range r.Stack.Template.Functions { // by its conditions it may lack some
		if dir, is := flows[f.LogicalID]; is {
			dirs[f.LogicalID] = dir
		}
	}
	has, says := r.hasHooks, r.says
	asks := fn != nil && fn.staged != ""
	if asks {
		dirs[fn.LogicalID] = fn.staged
		names = append(names, fn.Code)
	}
	if len(dirs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(r.ctx, startWithin)
	defer cancel()
	err := r.Stack.Replace(ctx, dirs, func(i lambda.Invoker) (err error) {
		if asks {
			if has, says, err = r.askHooks(ctx, i); err != nil {
				return err
			}
		}
		file, err := r.parse(content)
		if err != nil || fn == nil {
			return err
		}
		return r.compare(file, has, says)
	})
	unit := strings.Join(names, " and ")
	failed, isInit := errors.AsType[*lambda.InitError](err)
	switch {
	case err == nil:
		r.Served.flows.Store(&content)
		if r.waiting != nil {
			r.retire(slices.Collect(maps.Values(r.flowsDirs))...)
			r.flowsDirs = flows
		}
		r.hasHooks, r.says, r.waiting = has, says, nil
		delete(r.failing, unitFlows)
		if asks {
			r.retire(fn.dir)
			fn.served, fn.dir, fn.staged = fn.version, fn.staged, ""
			delete(r.failing, fn.LogicalID)
		}
	case isInit && asks && failed.Function == r.names[fn.LogicalID]:
		// The flows may be good without these hooks.
		r.retire(fn.staged)
		fn.staged = ""
		r.report(fn.LogicalID, fn.Code, err)
		if r.waiting != nil {
			r.replaceHooks()
		}
		return
	case isInit:
		r.waiting = nil
	}
	r.report(unit, unit, err)
}

// retire has folders removed once nothing can run their code any more.
func (s *Served) retire(dirs ...string) {
	for _, dir := range dirs {
		if dir != "" {
			s.retired = append(s.retired, retired{dir, time.Now()})
		}
	}
}

// removeRetired removes the folders whose time has come.
func (s *Served) removeRetired() {
	s.retired = slices.DeleteFunc(s.retired, func(old retired) bool {
		return time.Since(old.at) > keptFor && os.RemoveAll(old.dir) == nil
	})
}
