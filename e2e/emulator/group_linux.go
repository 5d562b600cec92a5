package emulator

import (
	"os/exec"
	"syscall"
)

// endWithParent gives the server a group of its own, with the functions that it
// starts, and has it die with this process.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
