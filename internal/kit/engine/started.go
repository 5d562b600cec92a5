package engine

import (
	"fmt"
	"os"
)

// argument begins the command line of a process that is to be a function. It is no
// command: without a Runtime API to serve, the process says so as of any unknown one.
const argument = "engine-function"

// Commands returns the command line that serves each function on this machine, by its
// logical id: this executable, which [Started] recognizes.
func Commands() (map[string][]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this executable: %w", err)
	}
	commands := map[string][]string{}
	for _, f := range Functions {
		commands[f.LogicalID] = []string{self, argument, f.Name}
	}
	return commands, nil
}

// Started reports whether a process, by its arguments and its environment, was started
// to be a function of the engine, and returns the function's name.
func Started(args []string, getenv func(string) string) (name string, is bool) {
	if len(args) != 2 || args[0] != argument || getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		return "", false
	}
	return args[1], true
}
