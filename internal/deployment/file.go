package deployment

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

// File is a file of deployments.
type File struct {
	// Default is used where no deployment is named, "" for none.
	Default     string                `yaml:"default,omitempty" json:"default,omitempty"`
	Deployments map[string]Deployment `yaml:"deployments" json:"deployments"`
}

// Path returns the path of the file: FASTTRACK_DEPLOYMENTS, or
// fasttrack/deployments.yaml in the user's configuration folder
// ([os.UserConfigDir]).
func Path(getenv func(string) string, configDir func() (string, error)) (string, error) {
	if path := getenv("FASTTRACK_DEPLOYMENTS"); path != "" {
		return path, nil
	}
	dir, err := configDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "fasttrack", "deployments.yaml"), nil
}

// Read reads a file of deployments. A missing file is empty. The error names the file
// and the wrong member.
func Read(path string) (File, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return File{Deployments: map[string]Deployment{}}, nil
	}
	if err != nil {
		return File{}, fmt.Errorf("read deployments: %w", err)
	}
	f := File{}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && len(bytes.TrimSpace(raw)) > 0 {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	if f.Deployments == nil {
		f.Deployments = map[string]Deployment{}
	}
	if err := f.check(); err != nil {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func (f File) check() error {
	for name, d := range f.Deployments {
		if err := CheckStack(name); err != nil {
			return fmt.Errorf("deployments.%s: invalid name; must be letters, digits and hyphens, beginning with a letter", name)
		}
		if d.Stack != "" {
			if err := CheckStack(d.Stack); err != nil {
				return fmt.Errorf("deployments.%s.stack: %w", name, err)
			}
		}
		if d.As != "" && !onThisMachine(d.URL) {
			return fmt.Errorf("deployments.%s.as: allowed only where url is on your own machine", name)
		}
	}
	if _, known := f.Find(f.Default); f.Default != "" && !known {
		return fmt.Errorf("default: no deployment %q", f.Default)
	}
	return nil
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && loopback.Is(u.Hostname())
}

// Find returns the deployment of a name, with its stack; [Local] is always known.
func (f File) Find(name string) (Deployment, bool) {
	d, known := f.Deployments[name]
	switch {
	case !known && name == Local:
		return local(), true
	case known && d.Stack == "":
		d.Stack = name
	}
	return d, known
}

// Write writes the file, for its owner alone (0600), whole or not at all.
func (f File) Write(path string) error {
	if err := f.check(); err != nil {
		return err
	}
	raw, err := yaml.Marshal(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, raw)
}
