package e2e

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// host is where the system of a workspace runs.
type host interface {
	// outbox has the mails that the system sent.
	outbox() []ses.Mail
	// restart has fresh processes take the place of a function's, such as "record".
	restart(ctx context.Context, function string) error
	// runs reports whether a process, a folder of /proc, is one of a function's.
	runs(process, function string) bool
}

// onThisMachine is a stack of localaws, whose functions are in build.
type onThisMachine struct {
	stack *localaws.Stack
	build string
}

func (h onThisMachine) outbox() []ses.Mail { return h.stack.SES.Mails() }

func (onThisMachine) id(function string) string {
	return strings.ToUpper(function[:1]) + function[1:] + "Function"
}

func (h onThisMachine) restart(ctx context.Context, function string) error {
	return h.stack.Replace(ctx, map[string]string{h.id(function): filepath.Join(h.build, h.id(function))}, nil)
}

func (h onThisMachine) runs(process, function string) bool {
	command, err := os.ReadFile(filepath.Join(process, "cmdline"))
	return err == nil && string(bytes.TrimRight(command, "\x00")) == filepath.Join(h.build, h.id(function), "bootstrap")
}

// onTheEmulator is a stack that was deployed.
type onTheEmulator struct {
	deployed
	t         *testing.T
	restarted *int
}

func (h onTheEmulator) outbox() []ses.Mail { return h.Mails() }

func (h onTheEmulator) restart(_ context.Context, function string) error {
	*h.restarted++
	h.setVariables(h.t, function, map[string]string{"RESTARTED": strconv.Itoa(*h.restarted)})
	return nil
}

func (h onTheEmulator) runs(process, function string) bool {
	variables, err := os.ReadFile(filepath.Join(process, "environ"))
	all := "\x00" + string(variables)
	return err == nil && strings.Contains(all, "\x00AWS_LAMBDA_FUNCTION_NAME="+emulator.StackName+"-engine-"+function+"\x00") &&
		strings.Contains(all, "\x00AWS_ENDPOINT_URL="+h.ServicesURL()+"\x00")
}
