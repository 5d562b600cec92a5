package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
)

const ownModule = "github.com/fasttrack-dev/fasttrack"

// program is a binary of the release, as the Go linker describes it.
type program struct {
	// name is its path in an archive, with the platform for the command.
	name, sha256 string
	info         *debug.BuildInfo
}

// sbom describes the binaries of the release by what is linked into each.
func (d *dist) sbom() ([]byte, error) {
	var programs []program
	err := filepath.WalkDir(d.work, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(d.work, path)
		programs = append(programs, program{filepath.ToSlash(name), hexSum(data), info})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sbom: %w", err)
	}
	return billOfMaterials(d.version, d.commit, d.at, programs)
}

// billOfMaterials returns a CycloneDX document (https://cyclonedx.org/docs/1.6/json/) that
// depends on its arguments alone.
func billOfMaterials(v version, commit string, at time.Time, programs []program) ([]byte, error) {
	root := goModule(ownModule, v.tag)
	root.Type = cdx.ComponentTypeApplication
	root.Licenses = &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}}
	if commit != "" {
		root.ExternalReferences = &[]cdx.ExternalReference{{Type: cdx.ERTypeVCS, URL: "https://github.com/fasttrack-dev/fasttrack/commit/" + commit}}
	}
	libraries, made := map[string]cdx.Component{}, []cdx.Component{}
	holds := []cdx.Dependency{}
	var all []string
	for _, p := range programs {
		ref := "binary:" + p.name
		made = append(made, cdx.Component{
			BOMRef: ref, Type: cdx.ComponentTypeApplication, Name: p.name, Version: v.tag,
			Hashes: &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: p.sha256}},
		})
		all = append(all, ref)
		var refs []string
		for _, c := range linked(v, p.info) {
			libraries[c.BOMRef] = c
			refs = append(refs, c.BOMRef)
		}
		slices.Sort(refs)
		holds = append(holds, cdx.Dependency{Ref: ref, Dependencies: &refs})
	}
	for _, c := range libraries {
		made = append(made, c)
	}
	slices.SortFunc(made, func(a, b cdx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })
	slices.Sort(all)
	holds = append(holds, cdx.Dependency{Ref: root.BOMRef, Dependencies: &all})
	slices.SortFunc(holds, func(a, b cdx.Dependency) int { return strings.Compare(a.Ref, b.Ref) })

	bom := cdx.NewBOM()
	bom.SerialNumber = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(root.PackageURL+"#"+commit)).String()
	bom.Metadata = &cdx.Metadata{Timestamp: at.UTC().Format(time.RFC3339), Component: &root}
	bom.Components, bom.Dependencies = &made, &holds
	var out bytes.Buffer
	err := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).EncodeVersion(bom, cdx.SpecVersion1_6)
	return out.Bytes(), err
}

// linked returns what is linked into a program: Go's standard library and the modules.
func linked(v version, info *debug.BuildInfo) []cdx.Component {
	list := []cdx.Component{goModule("std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		tag := m.Version
		if strings.HasPrefix(m.Path, ownModule+"/") { // a folder of this repository, released with it
			tag = v.tag
		} else if m.Replace != nil {
			m, tag = m.Replace, m.Replace.Version
		}
		list = append(list, goModule(m.Path, tag))
	}
	return list
}

// goModule describes a module of Go (https://github.com/package-url/purl-spec).
func goModule(path, version string) cdx.Component {
	purl := "pkg:golang/" + strings.ToLower(path) + "@" + strings.ReplaceAll(version, "+", "%2B")
	return cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: purl, Scope: cdx.ScopeRequired}
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
