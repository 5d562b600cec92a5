// Package sdk holds the SDKs for hooks in other languages than Go. `fasttrack build` adds
// them to a team's functions.
package sdk

import (
	"embed"
	"io/fs"
)

//go:embed python/fasttrack_hooks/*.py python/fasttrack_hooks/py.typed
var python embed.FS

// Python holds the package folder fasttrack_hooks: pure Python 3.9 or newer, of the
// standard library alone.
var Python = sub(python, "python")

// sub returns a folder of an embedded one, by a name that is a constant.
func sub(in embed.FS, name string) fs.FS {
	folder, err := fs.Sub(in, name)
	if err != nil {
		panic(err)
	}
	return folder
}
