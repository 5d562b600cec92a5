package cli

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shownOptions is how many options a prompt shows.
const shownOptions = 20

// prompter prompts for values on a terminal.
type prompter struct {
	in  *bufio.Reader
	out io.Writer
	// terminal is where people type, nil if that is none.
	terminal *os.File
}

// newPrompter returns nil unless standard error, for prompts, and standard input are
// terminals.
func newPrompter(cmd *cobra.Command, asJSON bool) *prompter {
	if asJSON || !isTerminal(cmd.InOrStdin()) || !isTerminal(cmd.ErrOrStderr()) {
		return nil
	}
	return &prompter{bufio.NewReader(cmd.InOrStdin()), cmd.ErrOrStderr(), fileOf(cmd.InOrStdin())}
}

// line prompts, and returns what was typed without space around it.
func (p *prompter) line(question string) (string, error) { return p.read(question, false) }

// read is line, and may hide what is typed.
func (p *prompter) read(question string, hidden bool) (string, error) {
	if hidden && p.terminal != nil {
		defer hideTyped(p.terminal)()
	}
	fmt.Fprintf(p.out, "%s: ", text.Line(question))
	typed, err := p.in.ReadString('\n')
	if err == nil || typed != "" {
		return strings.TrimSpace(typed), nil
	}
	var stopped interrupted
	if errors.As(err, &stopped) {
		fmt.Fprintln(p.out) // after the ^C that the terminal shows
		return "", resumable{errors.New("nothing was sent")}
	}
	return "", errNoAnswer
}

// errNoAnswer is that the input ended.
var errNoAnswer = errors.New("input ended; nothing was sent")

// until prompts until a value is accepted, each time with what was wrong with the last.
func (p *prompter) until(question string, accept func(typed string) error) error {
	return p.untilFrom(p.line, question, accept)
}

func (p *prompter) untilFrom(line func(question string) (string, error), question string, accept func(typed string) error) error {
	for {
		typed, err := line(question)
		if err != nil {
			return err
		}
		wrong := accept(typed)
		var rejected notAccepted
		if !errors.As(wrong, &rejected) {
			return wrong
		}
		if rejected != "" {
			fmt.Fprintf(p.out, "  %s\n", text.Line(string(rejected)))
		}
	}
}

// notAccepted says what is wrong with a value, "" if that is printed already.
type notAccepted string

func (n notAccepted) Error() string { return string(n) }

// reason prompts for a required reason.
func (p *prompter) reason() (reason string, err error) {
	err = p.until("Why", func(typed string) error {
		if text.Blank(typed) {
			return notAccepted("A reason is required; everyone who sees the request sees it.")
		}
		if err := text.CheckLines(typed, run.MaxReason); err != nil {
			return notAccepted(err.Error())
		}
		reason = typed
		return nil
	})
	return reason, err
}

// prompt prompts for what is required and missing. search returns the options of a
// field with prefetch.
func (f form) prompt(in *bufio.Reader, out io.Writer, body *api.CreateInput, search func(field, query string) (api.OptionList, error)) error {
	return f.ask(&prompter{in: in, out: out}, body, search)
}

// ask is prompt on a terminal, which may hide what is typed.
func (f form) ask(p *prompter, body *api.CreateInput, search func(field, query string) (api.OptionList, error)) error {
	for {
		field, missing := f.missing(body.Fields)
		if !missing {
			break
		}
		if err := f.promptField(p, field, body, search); err != nil {
			return err
		}
	}
	if len(durationsOf(f.Flow)) > 1 && body.DurationSeconds == 0 && !body.UntilRevoked {
		if err := f.promptDuration(p, body); err != nil {
			return err
		}
	}
	if slices.Contains(f.RequireReason, "request") && text.Blank(body.Reason) {
		var err error
		if body.Reason, err = p.reason(); err != nil {
			return err
		}
	}
	return nil
}

func (f form) promptField(p *prompter, field api.Field, body *api.CreateInput, search func(field, query string) (api.OptionList, error)) error {
	var items []string
	accept := func(typed string) error {
		if field.Prefetch {
			options, err := search(field.Name, typed)
			if err != nil {
				return err
			}
			if !amongOf(field, options.Options, typed) {
				printSomeOptions(p.out, options)
				return notAccepted("")
			}
		}
		v, err := valueOf(field, typed)
		if err != nil {
			wrong := err.Error()
			if field.Sensitive {
				wrong = strings.ReplaceAll(wrong, strconv.Quote(typed), "what was typed")
			}
			return notAccepted(wrong)
		}
		if list, is := v.([]string); is {
			v = append(slices.Clone(items), list...)
		}
		if wrong := f.wrong(field, v); wrong != "" {
			return notAccepted(strings.TrimPrefix(wrong, fmt.Sprintf("item %d: ", len(items))))
		}
		body.Fields[field.Name] = v
		items, _ = v.([]string)
		return nil
	}
	line := p.line
	if field.Sensitive {
		line = func(question string) (string, error) { return p.read(question, true) }
	}
	if err := p.untilFrom(line, f.question(field), accept); err != nil || field.Type != flow.Strings {
		return err
	}
	for more := true; more; {
		err := p.untilFrom(line, "Another, or Enter to continue", func(typed string) error {
			if more = typed != ""; !more {
				return nil
			}
			return accept(typed)
		})
		if errors.Is(err, errNoAnswer) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f form) promptDuration(p *prompter, body *api.CreateInput) error {
	choices := durationsOf(f.Flow)
	all := strings.Join(choices, ", ")
	return p.until(fmt.Sprintf("How long (%s) [%s]", all, choices[0]), func(typed string) error {
		if typed == "" {
			body.DurationSeconds = f.DurationsSeconds[0]
			return nil
		}
		if f.UntilRevoked && typed == flow.UntilRevoked {
			body.UntilRevoked = true
			return nil
		}
		seconds, err := flow.ParseDuration(typed)
		if err != nil {
			return notAccepted(err.Error())
		}
		if !slices.Contains(f.DurationsSeconds, seconds) {
			return notAccepted("must be one of " + all)
		}
		body.DurationSeconds = seconds
		return nil
	})
}

// wrong returns what the API would refuse in a value of a field, "" for nothing.
func (f form) wrong(field api.Field, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	rules := flow.Flow{Fields: []flow.Field{field}}
	for _, t := range f.Targets {
		rules.Targets = append(rules.Targets, flow.Target{ID: t.ID, Label: t.Label})
	}
	_, errs := rules.Check(flow.Request{Fields: map[string]json.RawMessage{field.Name: raw}})
	for _, e := range errs {
		if e.Field == "fields."+field.Name {
			return e.Detail
		}
	}
	return ""
}

// among reports whether a text is the value of an option. An e-mail has no case.
func amongOf(f api.Field, options []api.Option, typed string) bool {
	return slices.ContainsFunc(options, func(o api.Option) bool {
		return o.Value == typed || f.Type == "user" && email.Equal(o.Value, typed)
	})
}

// printSomeOptions prints the first options.
func printSomeOptions(w io.Writer, options api.OptionList) {
	if len(options.Options) == 0 {
		fmt.Fprintln(w, "  No matching option.")
	}
	for i, o := range options.Options {
		switch {
		case i == shownOptions && options.More:
			fmt.Fprintf(w, "  … and more than %d more; type more characters.\n", len(options.Options)-i)
			return
		case i == shownOptions:
			fmt.Fprintf(w, "  … and %d more; type more characters.\n", len(options.Options)-i)
			return
		case o.Label == o.Value:
			fmt.Fprintf(w, "  %s\n", text.Line(o.Value))
		default:
			fmt.Fprintf(w, "  %s  %s\n", text.Line(o.Value), text.Line(o.Label))
		}
	}
	if options.More {
		fmt.Fprintln(w, "  … and more; type more characters.")
	}
}

// question returns the prompt of a field, with its choices.
func (f form) question(field api.Field) string {
	label := cmp.Or(field.Label, field.Name)
	var choices []string
	for _, v := range field.Allowed {
		choices = append(choices, fieldText(v))
	}
	if field.Type == flow.TargetOf && len(choices) == 0 {
		for _, t := range f.Targets {
			choices = append(choices, t.ID)
		}
	}
	if field.Type == flow.Bool {
		choices = append(choices, "true", "false")
	}
	if field.Prefetch {
		choices = append(choices, "type to search")
	}
	if len(choices) == 0 {
		return label
	}
	return label + " (" + strings.Join(choices, ", ") + ")"
}
