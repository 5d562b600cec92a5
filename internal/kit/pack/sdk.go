package pack

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/sdk"
)

// sdks are the SDKs that packages get, by the name that code imports.
var sdks = map[string]fs.FS{"fasttrack_hooks": python(), "@fasttrack-dev/hooks": sdk.Node}

func python() fs.FS {
	files, err := fs.Sub(sdk.Python, "fasttrack_hooks")
	if err != nil {
		panic(err) // a constant name
	}
	return files
}

// addSDK adds the SDK to a package whose own code names it, unless the package has it
// already: a team may bring its own.
func addSDK(own, to, name string, extensions ...string) error {
	if _, err := os.Stat(filepath.Join(to, filepath.FromSlash(name))); err == nil {
		return nil
	}
	used, err := mentions(own, name, extensions...)
	if err != nil || !used {
		return err
	}
	if err := os.CopyFS(filepath.Join(to, filepath.FromSlash(name)), sdks[name]); err != nil {
		return fmt.Errorf("add %s: %w", name, err)
	}
	return nil
}

// overlay moves the files of one folder into another one, where they replace others of
// the same name.
func overlay(from, to string) error {
	return filepath.WalkDir(from, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o750)
		}
		raw, err := os.ReadFile(at) // #nosec G122 -- a copy that this package made
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, raw, info.Mode().Perm()) // #nosec G703 -- below the folder of the package
	})
}
