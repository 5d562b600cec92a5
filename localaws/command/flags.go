package command

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

// Options are the options of a stack as flags set them. The values before AddFlags are
// the flags' defaults.
type Options struct {
	localaws.Options
	// IdentitiesPath is the file of Options.Identities; empty keeps those.
	IdentitiesPath string
}

// AddFlags adds the flags of a stack to fs.
func (o *Options) AddFlags(fs *pflag.FlagSet) {
	fs.StringVar(&o.TemplatePath, "template", o.TemplatePath, "the SAM template `FILE` to serve")
	fs.StringVar(&o.BuildDir, "build-dir", o.BuildDir, "the `DIR` with the functions' binaries, each at DIR/LOGICAL-ID/bootstrap")
	fs.StringVar(&o.Addr, "addr", o.Addr, "the `ADDRESS` to listen on, host:port on loopback; port 0 is any")
	fs.StringVar(&o.Data, "data", o.Data, "the `DIR` that keeps tables, executions and keys; without one they end with the process")
	fs.StringToStringVar(&o.Parameters, "parameter", o.Parameters, "`NAME=VALUE` of a parameter of the template; may be repeated")
	fs.StringArrayVar(&o.Attach, "attach", o.Attach, "`NAME[=PORT]` of a function that a process of your own serves; may be repeated")
	fs.StringVar(&o.IdentitiesPath, "identities", o.IdentitiesPath, "the `FILE` of callers that may sign requests to routes with AWS_IAM")
	fs.IntVar(&o.AccountConcurrency, "account-concurrency", o.AccountConcurrency, "how many functions may run at once, as in an AWS account: 10 in a new one; more are throttled. 0 is no limit")
}

// Check reports an error in the command line.
func (o *Options) Check() error {
	if o.AccountConcurrency < 0 {
		return fmt.Errorf("--account-concurrency must be 0 or more, got %d", o.AccountConcurrency)
	}
	return nil
}

// Load reads the files that the flags name.
func (o *Options) Load() error {
	if o.IdentitiesPath == "" {
		return nil
	}
	var err error
	o.Identities, err = identities.Load(o.IdentitiesPath)
	return err
}
