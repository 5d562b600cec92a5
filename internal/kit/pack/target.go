package pack

import "runtime"

// Target is the machine a package is for, as Go calls it.
type Target struct{ OS, Arch string }

// Here is this machine.
func Here() Target { return Target{runtime.GOOS, runtime.GOARCH} }

// Lambda is AWS Lambda with an architecture, "arm64" or "amd64".
func Lambda(arch string) Target { return Target{"linux", arch} }
