package main

import (
	"bytes"
	"runtime/debug"
	"slices"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// The bill names each binary with its checksum and what is linked into it. It is the same
// bytes each time.
func TestBillOfMaterials(t *testing.T) {
	v, err := parseVersion("v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	yaml := &debug.Module{Path: "go.yaml.in/yaml/v4", Version: "v4.0.0"}
	programs := []program{
		{"command/linux/amd64/fasttrack", "aa", &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{yaml, {Path: "github.com/spf13/cobra", Version: "v1.10.2"}}}},
		{"engine/arm64/request", "bb", &debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{yaml,
			{Path: "github.com/fasttrack-dev/fasttrack/hook", Version: "v0.1.0", Replace: &debug.Module{Path: "./hook", Version: "(devel)"}}}}},
	}
	first, err := billOfMaterials(v, "abc", commitTime, programs)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(programs)
	second, err := billOfMaterials(v, "abc", commitTime, programs)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the same programs made another bill: %v", err)
	}

	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(first), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	refs := map[string]cdx.Component{bom.Metadata.Component.BOMRef: *bom.Metadata.Component}
	for _, c := range *bom.Components {
		if _, twice := refs[c.BOMRef]; twice {
			t.Errorf("%s is there twice", c.BOMRef)
		}
		refs[c.BOMRef] = c
	}
	linked := map[string][]string{}
	for _, d := range *bom.Dependencies {
		linked[d.Ref] = *d.Dependencies
		for _, ref := range append(*d.Dependencies, d.Ref) {
			if _, is := refs[ref]; !is {
				t.Errorf("%s is no component", ref)
			}
		}
	}
	const request = "binary:engine/arm64/request"
	want := []string{"pkg:golang/github.com/fasttrack-dev/fasttrack/hook@v1.2.3", "pkg:golang/go.yaml.in/yaml/v4@v4.0.0", "pkg:golang/std@1.26.8"}
	if !slices.Equal(linked[request], want) {
		t.Errorf("request has %q, want %q", linked[request], want)
	}
	if sum := *refs[request].Hashes; len(sum) != 1 || sum[0].Value != "bb" {
		t.Errorf("request has the checksum %v", sum)
	}
	if all := linked["pkg:golang/github.com/fasttrack-dev/fasttrack@v1.2.3"]; len(all) != 2 {
		t.Errorf("the release has %q, want both binaries", all)
	}
}
