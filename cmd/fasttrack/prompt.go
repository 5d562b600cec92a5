package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shownOptions is how many options are shown to who is asked for a value.
const shownOptions = 20

// prompt asks for what is required and not given. search gives the options of a
// field that has them from hooks.
func (f askableFlow) prompt(in *bufio.Reader, out io.Writer, body *ask, search func(field, query string) ([]run.Option, error)) error {
	line := func(question string) (string, error) {
		fmt.Fprintf(out, "%s: ", text.Line(question))
		typed, err := in.ReadString('\n')
		if err != nil && typed == "" {
			return "", errors.New("no answer: nothing was asked for")
		}
		return strings.TrimSpace(typed), nil
	}
	for _, field := range f.Fields {
		if _, given := body.Fields[field.Name]; given || !field.Required || field.Default != nil {
			continue
		}
		for {
			typed, err := line(f.question(field))
			if err != nil {
				return err
			}
			if field.Prefetch {
				options, err := search(field.Name, typed)
				if err != nil {
					return err
				}
				if !field.among(options, typed) {
					printSomeOptions(out, options)
					continue
				}
			}
			v, err := field.value(typed)
			if err == nil && typed != "" {
				body.Fields[field.Name] = v
				break
			}
			fmt.Fprintln(out, "  That is not one.")
		}
	}
	for _, what := range f.RequireReason {
		if what == "request" && body.Reason == "" {
			var err error
			if body.Reason, err = line("Why"); err != nil {
				return err
			}
		}
	}
	return nil
}

// among tells whether a text is the value of an option. An e-mail has no case.
func (f askableField) among(options []run.Option, typed string) bool {
	return slices.ContainsFunc(options, func(o run.Option) bool {
		return o.Value == typed || f.Type == "user" && email.Equal(o.Value, typed)
	})
}

// printSomeOptions shows the first options to who may choose from them.
func printSomeOptions(w io.Writer, options []run.Option) {
	if len(options) == 0 {
		fmt.Fprintln(w, "  There is none like that.")
	}
	for i, o := range options {
		switch {
		case i == shownOptions:
			fmt.Fprintf(w, "  … and %d more; type more of it.\n", len(options)-i)
			return
		case o.Label == o.Value:
			fmt.Fprintf(w, "  %s\n", text.Line(o.Value))
		default:
			fmt.Fprintf(w, "  %s  %s\n", text.Line(o.Value), text.Line(o.Label))
		}
	}
}

// question names a field and what may be answered.
func (f askableFlow) question(field askableField) string {
	label := orDefault(field.Label, field.Name)
	var choices []string
	for _, v := range field.Allowed {
		choices = append(choices, fmt.Sprint(v))
	}
	if field.Type == "target" {
		for _, t := range f.Targets {
			choices = append(choices, t.ID)
		}
	}
	if field.Prefetch {
		choices = append(choices, "type to search")
	}
	if len(choices) == 0 {
		return label
	}
	return label + " (" + strings.Join(choices, ", ") + ")"
}
