package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usage makes the error of an argument check a [usageError], and suggests a command for
// an unknown one.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		var already usageError
		switch {
		case err == nil, errors.As(err, &already):
			return err
		case cmd.HasSubCommands() && len(args) > 0:
			err = unknownCommand(cmd, args[0])
		}
		return seeHelp(cmd, err)
	}
}

// seeHelp returns a wrong command line of cmd, with its help.
func seeHelp(cmd *cobra.Command, err error) error {
	see := "; see"
	if strings.HasSuffix(err.Error(), "?") {
		see = " See"
	}
	return usageError{fmt.Errorf("%w%s `%s --help`", err, see, cmd.CommandPath())}
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("unknown command %q for %q%s", name, cmd.CommandPath(), didYouMean(name, names))
}

// unknownFlag suggests a flag for an unknown one.
func unknownFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && strings.HasPrefix(err.Error(), "unknown flag: ") {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := nearest(unknown.GetSpecifiedName(), names); near != "" {
			err = fmt.Errorf("%w; did you mean --%s?", err, near)
		}
	}
	return seeHelp(cmd, err)
}

// didYouMean suggests a name for the one that was typed, "" if none is close.
func didYouMean(typed string, names []string) string {
	if near := nearest(typed, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// nearest returns the closest name, by cobra's own measure for commands. It is "" if
// none is close.
func nearest(typed string, names []string) string {
	probe := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		probe.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	if near := probe.SuggestionsFor(typed); typed != "" && len(near) > 0 {
		return near[0]
	}
	return ""
}
