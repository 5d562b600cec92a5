package main

import (
	"fmt"
	"slices"
	"strings"
)

// platform is one that the command line is made for, in the words of each packager.
type platform struct {
	os, arch string
	// wheel are the platform tags of a wheel
	// (https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/).
	// The command links no C library, so any Linux will do; Go 1.26 needs macOS 12.
	wheel []string
	// npmCPU is the processor as Node.js calls it.
	npmCPU string
}

func (p platform) String() string { return p.os + "/" + p.arch }

var platforms = []platform{
	{"linux", "amd64", []string{"manylinux_2_17_x86_64", "manylinux2014_x86_64", "musllinux_1_1_x86_64"}, "x64"},
	{"linux", "arm64", []string{"manylinux_2_17_aarch64", "manylinux2014_aarch64", "musllinux_1_1_aarch64"}, "arm64"},
	{"darwin", "amd64", []string{"macosx_12_0_x86_64"}, "x64"},
	{"darwin", "arm64", []string{"macosx_12_0_arm64"}, "arm64"},
}

// choosePlatforms reads a list of OS/ARCH, joined by commas; all for "".
func choosePlatforms(list string) ([]platform, error) {
	if list == "" {
		return platforms, nil
	}
	var chosen []platform
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(platforms, func(p platform) bool { return p.String() == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("unknown platform %q; supported: %s", name, strings.Trim(fmt.Sprint(platforms), "[]"))
		}
		if !slices.ContainsFunc(chosen, func(p platform) bool { return p.String() == platforms[i].String() }) {
			chosen = append(chosen, platforms[i])
		}
	}
	return chosen, nil
}
