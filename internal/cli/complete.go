package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// completeTime is how long a shell waits after Tab.
const completeTime = 3 * time.Second

// complete has the shell complete words by what the API says; where it says
// nothing, nothing is completed.
func (a *caller) complete(of func(ctx context.Context, args []string, word string) ([]cobra.Completion, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completeTime)
		defer cancel()
		var words []cobra.Completion
		err := follow(a.process, cmd)
		if err == nil {
			words, err = of(ctx, args, word)
		}
		if err != nil {
			cobra.CompDebugln(err.Error(), false)
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		directive := cobra.ShellCompDirectiveNoFileComp
		for _, w := range words {
			if strings.HasSuffix(strings.SplitN(w, "\t", 2)[0], "=") { // its value follows
				directive |= cobra.ShellCompDirectiveNoSpace
				break
			}
		}
		return words, directive
	}
}

// completeFlow completes the first argument with the flows that the caller may
// request.
func (a *caller) completeFlow() cobra.CompletionFunc {
	return a.complete(func(ctx context.Context, args []string, _ string) (words []cobra.Completion, err error) {
		if len(args) > 0 {
			return nil, nil
		}
		flows, err := a.flows(ctx)
		for _, f := range flows {
			words = append(words, cobra.CompletionWithDesc(f.Name, f.Label))
		}
		return words, err
	})
}

// completeField completes --field: names, then after = the values, which hooks return
// for a field with prefetch. Other fields that are given decide which there are.
func (a *caller) completeField(given *[]string) cobra.CompletionFunc {
	return a.complete(func(ctx context.Context, args []string, word string) (words []cobra.Completion, err error) {
		f, err := a.flowOf(ctx, args)
		if err != nil {
			return nil, err
		}
		name, begun, named := strings.Cut(word, "=")
		values := map[string]any{}
		_ = f.fill(values, *given) // what is wrong is said when it is sent
		evaluated := f.evaluated(values)
		for _, field := range f.Fields {
			switch {
			case !named && f.hidden(field, evaluated):
			case !named:
				words = append(words, cobra.CompletionWithDesc(field.Name+"=", field.Label))
			case field.Name != name:
			case field.Prefetch:
				options, _, err := a.options(ctx, api.OptionsInput{Flow: f.Name, Field: name, Query: begun, Fields: f.others(values, name)})
				if err != nil {
					return nil, err
				}
				for _, o := range options.Options {
					words = append(words, cobra.CompletionWithDesc(name+"="+o.Value, o.Label))
				}
			case field.Type == flow.TargetOf:
				for _, t := range f.Targets {
					words = append(words, cobra.CompletionWithDesc(name+"="+t.ID, t.Label))
				}
			default:
				for _, v := range field.Allowed {
					words = append(words, name+"="+fieldText(v))
				}
			}
		}
		return words, nil
	})
}

// completeDuration completes --duration with the flow's.
func (a *caller) completeDuration() cobra.CompletionFunc {
	return a.complete(func(ctx context.Context, args []string, _ string) (words []cobra.Completion, err error) {
		f, err := a.flowOf(ctx, args)
		return durationsOf(f.Flow), err
	})
}

// flowOf returns the flow that the first argument names.
func (a *caller) flowOf(ctx context.Context, args []string) (form, error) {
	if len(args) == 0 {
		return form{}, nil
	}
	flows, err := a.flows(ctx)
	for _, f := range flows {
		if f.Name == args[0] {
			return f, nil
		}
	}
	return form{}, err
}

// completeID completes the first argument with requests of a view, the newest
// first.
func (a *caller) completeID(view string) cobra.CompletionFunc {
	return a.complete(func(ctx context.Context, args []string, _ string) (words []cobra.Completion, err error) {
		if len(args) > 0 {
			return nil, nil
		}
		p, err := a.page(ctx, api.ListInput{View: api.View(view)})
		for _, r := range p.Requests {
			who := personName(r.Requester.Email, r.Requester.ID)
			words = append(words, cobra.CompletionWithDesc(r.ID, strings.TrimSpace(fmt.Sprintf("%s, %s, %s %s", r.Flow, r.Status, who, text.Line(r.Reason)))))
		}
		return words, err
	})
}

// completeFlow completes the first argument with the flows of the file.
func (p *present) completeFlow(_ *cobra.Command, args []string, _ string) (words []cobra.Completion, _ cobra.ShellCompDirective) {
	file, err := loadAt(p.file, p.stage)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, f := range file.Flows {
		words = append(words, cobra.CompletionWithDesc(f.Name, f.Label))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// completeDuration completes --duration with those of the flow of the file.
func (p *present) completeDuration(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	file, err := loadAt(p.file, p.stage)
	if err != nil || len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	f, known := file.Find(args[0])
	if !known {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return f.DurationNames(), cobra.ShellCompDirectiveNoFileComp
}

// completeFlag completes a flag of the command.
func completeFlag(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}
