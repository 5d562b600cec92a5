package pack

import "runtime"

// Target is the machine that a package is for, as Go calls it: [Here] or [Lambda].
type Target struct {
	OS, Arch string
	// Local says that it runs on this machine, by the interpreters that are here. Its
	// syntax is not checked: whoever starts it sees the mistake.
	Local bool
}

// Here is this machine.
func Here() Target { return Target{runtime.GOOS, runtime.GOARCH, true} }

// Lambda is AWS Lambda with an architecture, "arm64" or "amd64".
func Lambda(arch string) Target { return Target{OS: "linux", Arch: arch} }
