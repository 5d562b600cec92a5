package template

import (
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

// Function is an AWS::Serverless::Function.
type Function struct {
	LogicalID, Name string
	Environment     map[string]string
	Timeout         time.Duration
	MemoryMB        int
	Handler         string
	// Runtime is provided.*, or a managed one that this machine has an interpreter for.
	Runtime string
	// RoleARN is its role: the one that SAM creates if the template names none.
	RoleARN string
	// LogGroup is the name of its log group, or empty.
	LogGroup string
	// Alias is its AutoPublishAlias, or empty.
	Alias string
	// MoreAliases are the names of its AWS::Lambda::Alias resources.
	MoreAliases []string
	// Tracing is Active, PassThrough, or empty.
	Tracing string
	// Reserved is its reserved concurrency; 0 reserves nothing.
	Reserved int
	// Async is its configuration of asynchronous invocations, nil without one.
	Async *Async
}

func (r *reader) collectFunction(stack *Stack, res *resource) error {
	p := r.properties(res)
	f := Function{LogicalID: res.id}
	runtime, err := p.text("Runtime", "")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(runtime, "provided") && !managed.Is(runtime) {
		return r.errorf(res.node, "runtime %q: this machine runs provided.*, python3.* and nodejs*", runtime)
	}
	f.Runtime = runtime
	if f.Name, err = r.name(res.node, res); err != nil {
		return err
	}
	seconds, err := p.number("Timeout", 3)
	if err != nil {
		return err
	}
	f.Timeout = time.Duration(seconds) * time.Second
	if f.MemoryMB, err = p.number("MemorySize", 128); err != nil {
		return err
	}
	if f.Handler, err = p.text("Handler", "bootstrap"); err != nil {
		return err
	}
	if f.RoleARN, err = p.text("Role", r.samRole(res)); err != nil {
		return err
	}
	if f.LogGroup, err = p.member("LoggingConfig").text("LogGroup", ""); err != nil {
		return err
	}
	if f.Alias, err = p.text("AutoPublishAlias", ""); err != nil {
		return err
	}
	if f.Tracing, err = p.text("Tracing", ""); err != nil {
		return err
	}
	if f.Reserved, err = p.number("ReservedConcurrentExecutions", 0); err != nil {
		return err
	}
	if f.Environment, err = p.member("Environment").variables(); err != nil {
		return err
	}
	stack.Functions = append(stack.Functions, f)
	return nil
}

// variables are the members of Variables, those of the resource before those of
// Globals.
func (p properties) variables() (map[string]string, error) {
	vars := map[string]string{}
	inner := p.member("Variables")
	if inner.own == nil && child(p.own, "Variables") == nil && inner.rest == nil {
		return vars, nil
	}
	for _, n := range []*properties{{r: p.r, node: p.node, own: inner.rest}, {r: p.r, node: p.node, own: inner.own}} {
		if n.own == nil {
			continue
		}
		v, err := p.r.value(n.own)
		if err != nil {
			return nil, err
		}
		members, ok := v.(map[string]any)
		if !ok {
			return nil, p.r.errorf(n.own, "Variables must be a mapping")
		}
		for name, value := range members {
			switch value.(type) {
			case []any, map[string]any, nil:
				return nil, p.r.errorf(n.own, "environment variable %s must be a text", name)
			}
			vars[name] = fmt.Sprint(value)
		}
	}
	return vars, nil
}
