package strategies

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack"
)

// The files of a written strategy, beside the function's package NAME.zip.
const (
	templateFile = "template.yaml"
	ignoreFile   = ".gitignore"
	// ManifestFile says what was written.
	ManifestFile = "fasttrack.json"
)

// Options says what is written.
type Options struct {
	// Name is the strategy's.
	Name string
	// Version is the version of fasttrack, and Architecture the processor as Lambda calls it:
	// arm64 or x86_64.
	Version, Architecture string
	// Binary is the function.
	Binary []byte
}

// File is a file of a written strategy.
type File struct {
	Name string
	Data []byte
}

// Files returns the files of a strategy, the manifest last. The same options make the
// same bytes.
func Files(o Options) ([]File, error) {
	template, err := templateOf(o)
	if err != nil {
		return nil, err
	}
	code, err := zipped(o.Binary)
	if err != nil {
		return nil, err
	}
	manifest, err := json.MarshalIndent(Manifest{Strategy: o.Name, Version: o.Version, Architecture: o.Architecture, Template: sum(template)}, "", "  ")
	if err != nil {
		return nil, err
	}
	return []File{
		{ignoreFile, []byte("# `fasttrack strategies add " + o.Name + "` makes it.\n/" + o.Name + ".zip\n")},
		{o.Name + ".zip", code},
		{templateFile, template},
		{ManifestFile, append(manifest, '\n')},
	}, nil
}

// templateOf returns the template of a strategy, with its function's package beside it and
// for one architecture alone.
func templateOf(o Options) ([]byte, error) {
	raw, err := fasttrack.Strategies.ReadFile(path.Join("strategies", o.Name, templateFile))
	if err != nil {
		return nil, fmt.Errorf("the template of %s: %w", o.Name, err)
	}
	text := string(raw)
	for _, change := range [][2]string{
		{"    Metadata: {BuildMethod: go1.x}\n", ""},
		{"      CodeUri: .\n", "      CodeUri: " + o.Name + ".zip\n"},
		{"    Default: arm64\n    AllowedValues: [arm64, x86_64]\n    Description: The processor of the function. It must be the one that was built for.\n",
			"    Default: " + o.Architecture + "\n    AllowedValues: [" + o.Architecture + "]\n    Description: The processor of the function, which is the one that was built for.\n"},
		{"\nParameters:\n", "\nMetadata:\n  Fasttrack: {Strategy: " + o.Name + ", Version: \"" + o.Version + "\"}\n\nParameters:\n"},
	} {
		if strings.Count(text, change[0]) != 1 {
			return nil, fmt.Errorf("the template of %s must have once: %q", o.Name, change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	head := "# Written by `fasttrack strategies add " + o.Name + "`, which replaces it after an upgrade. What is\n# yours, the values of Parameters, goes into samconfig.toml: `sam deploy --guided` writes it.\n"
	return []byte(head + text), nil
}

// zipTime is the time of the file in the package: the earliest that the format has.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// zipped returns the package of a function, as Lambda takes it.
func zipped(binary []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: zipTime}
	header.SetMode(0o755)
	to, err := z.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := to.Write(binary); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
