package lambda

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// accessKey is the access key id of the process, which identifies its calls of AWS.
func (p *process) accessKey() string { return "ASIA" + strings.ToUpper(p.id[:16]) }

// logStream is the log stream of the process.
func (p *process) logStream() string { return fmt.Sprintf("[%s]%s", p.version, p.id) }

// environment returns the environment of a function's process
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
// Functions inherit only PATH, TMPDIR and the variables with EnvironPrefix from the
// developer's environment, so that they can't depend on what AWS doesn't set. HOME is
// left out, as at AWS: an SDK must not find the developer's own profile.
func (f *function) environment(p *process, runtimeAPI string) []string {
	o := f.service.opts
	env := map[string]string{}
	for _, kv := range o.Environ {
		name, value, _ := strings.Cut(kv, "=")
		if name == "PATH" || name == "TMPDIR" || o.EnvironPrefix != "" && strings.HasPrefix(name, o.EnvironPrefix) {
			env[name] = value
		}
	}
	if f.runtime != nil {
		maps.Copy(env, f.runtime.Environment)
		env["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + f.runtime.Name
	}
	maps.Copy(env, f.cfg.Environment)
	for name, value := range map[string]string{
		"_HANDLER":                        f.cfg.Handler,
		"AWS_REGION":                      o.Region,
		"AWS_DEFAULT_REGION":              o.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        f.cfg.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.cfg.MemoryMB),
		"AWS_LAMBDA_FUNCTION_VERSION":     p.version,
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       f.cfg.logGroup(),
		"AWS_LAMBDA_LOG_STREAM_NAME":      p.logStream(),
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_ACCESS_KEY_ID":               p.accessKey(),
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_SESSION_TOKEN":               "local",
		"LAMBDA_TASK_ROOT":                f.cfg.TaskRoot,
		"LAMBDA_RUNTIME_DIR":              filepath.Dir(f.cfg.Command),
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
	} {
		env[name] = value
	}
	if o.EndpointURL != "" {
		env["AWS_ENDPOINT_URL"] = o.EndpointURL
	}
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
