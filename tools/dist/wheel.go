package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// wheelLimit is the size in bytes that PyPI takes of a file, if nobody asks for more
// (https://docs.pypi.org/project-management/storage-limits/).
const wheelLimit = 100_000_000

// wheelDescription is what an index shows of the package.
//
//go:embed wheel.md
var wheelDescription []byte

// wheelName returns the file name of the wheel for a platform
// (https://packaging.python.org/en/latest/specifications/binary-distribution-format/).
func wheelName(v version, p platform) string {
	return "fasttrack_approvals-" + v.pypi + "-py3-none-" + strings.Join(p.wheel, ".") + ".whl"
}

// wheel returns the files of the Python package for a platform. release are those of its
// archive, which come to lie in the environment as they do there; sdk is the package
// fasttrack_hooks.
func wheel(v version, p platform, release, sdk []file, license []byte) ([]file, error) {
	data, info := "fasttrack_approvals-"+v.pypi+".data", "fasttrack_approvals-"+v.pypi+".dist-info"
	var files []file
	for _, f := range release {
		if script, is := strings.CutPrefix(f.name, "bin/"); is {
			f.name = data + "/scripts/" + script
		} else {
			f.name = data + "/data/" + f.name
		}
		files = append(files, f)
	}
	files = append(files, sdk...)
	files = append(files,
		file{name: info + "/METADATA", data: wheelMetadata(v)},
		file{name: info + "/WHEEL", data: wheelTags(p)},
		file{name: info + "/licenses/LICENSE", data: license})
	files, err := inOrder(files)
	if err != nil {
		return nil, err
	}
	// The specification wants the folder of information last, RECORD in it.
	slices.SortStableFunc(files, func(a, b file) int {
		return strings.Count(a.name, info+"/") - strings.Count(b.name, info+"/")
	})
	record := info + "/RECORD"
	return append(files, file{name: record, data: wheelRecord(files, record)}), nil
}

func wheelMetadata(v version) []byte {
	return append([]byte("Metadata-Version: 2.4\nName: fasttrack-approvals\nVersion: "+v.pypi+`
Summary: Approvals that decide themselves when it is safe to: the command fasttrack, and hooks in Python
License-Expression: Apache-2.0
License-File: LICENSE
Project-URL: Source, https://github.com/fasttrack-dev/fasttrack
Requires-Python: >=3.9
Description-Content-Type: text/markdown

`), wheelDescription...)
}

func wheelTags(p platform) []byte {
	var b bytes.Buffer
	b.WriteString("Wheel-Version: 1.0\nGenerator: fasttrack-dist\nRoot-Is-Purelib: false\n")
	for _, tag := range p.wheel {
		fmt.Fprintf(&b, "Tag: py3-none-%s\n", tag)
	}
	return b.Bytes()
}

// wheelRecord lists the files with their checksums. Names here have no character that CSV
// would quote.
func wheelRecord(files []file, record string) []byte {
	var b bytes.Buffer
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&b, "%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	fmt.Fprintf(&b, "%s,,\n", record)
	return b.Bytes()
}
