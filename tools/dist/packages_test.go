package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/sdk"
)

// released are files of an archive.
var released = []file{
	{"bin/fasttrack", []byte("the command"), true},
	{"share/fasttrack/engine/arm64.tar.zst", []byte("a function"), true},
	{"share/fasttrack/LICENSE", []byte("licence"), false},
}

// A wheel has the command where pip makes programs of it, the engine where the command
// looks, the SDK, and a RECORD that names each file with its checksum.
func TestWheel(t *testing.T) {
	v, err := parseVersion("v1.2.3-rc.4")
	if err != nil {
		t.Fatal(err)
	}
	python, err := embedded(sdk.Python)
	if err != nil {
		t.Fatal(err)
	}
	files, err := wheel(v, platforms[1], released, python, []byte("licence"))
	if err != nil {
		t.Fatal(err)
	}
	const data, info = "fasttrack_approvals-1.2.3rc4.data/", "fasttrack_approvals-1.2.3rc4.dist-info/"
	if last := files[len(files)-1]; last.name != info+"RECORD" {
		t.Errorf("the last file is %s, want RECORD", last.name)
	}
	var record strings.Builder
	for _, f := range files[:len(files)-1] {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	record.WriteString(info + "RECORD,,\n")
	if got := string(find(t, files, info+"RECORD").data); got != record.String() {
		t.Errorf("RECORD is\n%s\nwant\n%s", got, record.String())
	}
	if !find(t, files, data+"scripts/fasttrack").executable {
		t.Error("the command can't be executed")
	}
	find(t, files, data+"data/share/fasttrack/engine/arm64.tar.zst")
	find(t, files, "fasttrack_hooks/__init__.py")
	find(t, files, "fasttrack_hooks/py.typed")
	if got, want := string(find(t, files, info+"WHEEL").data), "Tag: py3-none-manylinux_2_17_aarch64\nTag: py3-none-manylinux2014_aarch64\nTag: py3-none-musllinux_1_1_aarch64\n"; !strings.HasSuffix(got, want) {
		t.Errorf("WHEEL is\n%s", got)
	}
	for _, want := range []string{"Name: fasttrack-approvals\n", "Version: 1.2.3rc4\n", "\n\n# fasttrack\n"} {
		if got := string(find(t, files, info+"METADATA").data); !strings.Contains(got, want) {
			t.Errorf("METADATA has no %q:\n%s", want, got)
		}
	}
	if got, want := wheelName(v, platforms[3]), "fasttrack_approvals-1.2.3rc4-py3-none-macosx_12_0_arm64.whl"; got != want {
		t.Errorf("its name is %s, want %s", got, want)
	}
}

// The package of the command takes that of the platform with it, at its own version.
func TestNpm(t *testing.T) {
	v, err := parseVersion("v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	files, err := npmCommand(v, []byte("licence"))
	if err != nil {
		t.Fatal(err)
	}
	command := packageJSON(t, files)
	if !find(t, files, "package/"+command.Bin["fasttrack"]).executable {
		t.Error("the command can't be executed")
	}
	for _, p := range platforms {
		files, err := npmPlatform(v, p, released)
		if err != nil {
			t.Fatal(err)
		}
		own := packageJSON(t, files)
		if command.Optional[own.Name] != own.Version || own.Version != "1.2.3" {
			t.Errorf("%s %s is not among %v", own.Name, own.Version, command.Optional)
		}
		if !slices.Equal(own.OS, []string{p.os}) || !slices.Equal(own.CPU, []string{p.npmCPU}) {
			t.Errorf("%s: for %v, %v", p, own.OS, own.CPU)
		}
		// What the launcher asks Node.js for.
		if want := "@fasttrack-dev/fasttrack-" + own.OS[0] + "-" + own.CPU[0]; own.Name != want {
			t.Errorf("its name is %s, want %s", own.Name, want)
		}
		find(t, files, "package/bin/fasttrack")
		find(t, files, "package/share/fasttrack/engine/arm64.tar.zst")
	}
	if got, want := npmFile(npmCommandName(platforms[0]), v), "fasttrack-dev-fasttrack-linux-x64-1.2.3.tgz"; got != want {
		t.Errorf("its file is %s, want %s", got, want)
	}
}

func TestNpmHooks(t *testing.T) {
	v, err := parseVersion("v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	node, err := embedded(sdk.Node)
	if err != nil {
		t.Fatal(err)
	}
	files, err := npmHooks(v, node, []byte("licence"))
	if err != nil {
		t.Fatal(err)
	}
	if own := packageJSON(t, files); own.Version != "1.2.3" || own.Name != "@fasttrack-dev/hooks" {
		t.Errorf("it is %s %s", own.Name, own.Version)
	}
	for _, bad := range [][]file{nil, {{name: "package.json", data: []byte(`{"version": "1.0.0"}`)}}} {
		if _, err := npmHooks(v, bad, nil); err == nil || !strings.Contains(err.Error(), "package.json") {
			t.Errorf("%v: got %v, want an error", bad, err)
		}
	}
}

func packageJSON(t *testing.T, files []file) npmPackage {
	t.Helper()
	var p npmPackage
	if err := json.NewDecoder(bytes.NewReader(find(t, files, "package/package.json").data)).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

func find(t *testing.T, files []file, name string) file {
	t.Helper()
	for _, f := range files {
		if f.name == name {
			return f
		}
	}
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	t.Fatalf("no %s among %q", name, names)
	return file{}
}
