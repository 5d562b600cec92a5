package lambda

import (
	"os/exec"
	"runtime"
	"sync"
)

// starter starts all processes from one thread that lives as long as it does.
// Where children die with their parent (Linux), the kernel takes the thread
// that started them for the parent; Go may end any other thread at any time
// (https://github.com/golang/go/issues/27505).
type starter struct {
	jobs chan startJob
	stop sync.Once
}

type startJob struct {
	cmd *exec.Cmd
	err chan error
}

func newStarter() *starter {
	s := &starter{jobs: make(chan startJob)}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with close
		for job := range s.jobs {
			job.err <- job.cmd.Start()
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	job := startJob{cmd, make(chan error, 1)}
	s.jobs <- job
	return <-job.err
}

// close ends the thread, and on Linux every child that is still there. No start
// may follow.
func (s *starter) close() { s.stop.Do(func() { close(s.jobs) }) }
