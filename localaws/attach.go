package localaws

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Attached is a function that another process serves.
type Attached struct {
	Name string
	// Addr is the AWS_LAMBDA_RUNTIME_API value for that process.
	Addr string
}

// Attached lists the functions of Options.Attach with the addresses of their Runtime
// APIs.
func (s *Stack) Attached() []Attached { return slices.Clone(s.attached) }

// attach opens a Runtime API for each function of Options.Attach. It refuses a function
// of the template.
func (s *Stack) attach() error {
	for _, spec := range s.opts.Attach {
		name, text, given := strings.Cut(spec, "=")
		port := 0
		if given {
			var err error
			if port, err = strconv.Atoi(text); err != nil || port < 1 || port > 65535 {
				return fmt.Errorf("attach %q must be NAME or NAME=PORT with a port from 1 to 65535", spec)
			}
		}
		addr, err := s.Lambda.Attach(name, port)
		if err != nil {
			return fmt.Errorf("attach %q: %w", spec, err)
		}
		s.attached = append(s.attached, Attached{Name: name, Addr: addr})
	}
	return nil
}
