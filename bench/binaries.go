package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/functions"
)

// packings are the ways to put the engine's functions into binaries that decision 60
// compares: which functions share one. A function in none has its own.
var packings = []struct {
	name   string
	shared []string
}{
	{"separate", nil},
	{"all in one", functions.Names()},
	{"console apart", slices.DeleteFunc(functions.Names(), func(name string) bool { return name == "console" })},
	{"rare ones together", []string{"apply", "digest", "endsessions", "grant", "notify", "reconcile"}},
}

// startedOften are the functions whose start a person waits for, and a rare one.
var startedOften = []string{"request", "approve", "record", "console", "digest"}

const binaryRounds = 60

// binaries measures each packing: the start of functions in it, rounds interleaved, and
// the bytes of its binaries and of their zips.
func (b *bench) binaries(ctx context.Context) ([]figure, error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	type start struct{ binary, function string }
	starts, times := map[string]start{}, map[string][]float64{}
	var sizes []figure
	for _, packing := range packings {
		var own []string
		for _, name := range functions.Names() {
			if !slices.Contains(packing.shared, name) {
				own = append(own, name)
			}
		}
		built, zipped := 0.0, 0.0
		add := func(binary string, names ...string) error {
			info, err := os.Stat(binary)
			if err != nil {
				return err
			}
			size, err := zippedSize(binary)
			if err != nil {
				return err
			}
			built, zipped = built+float64(info.Size()), zipped+float64(size)
			for _, name := range names {
				if slices.Contains(startedOften, name) {
					starts[name+", "+packing.name] = start{binary, name}
				}
			}
			return nil
		}
		for _, name := range own {
			binary := filepath.Join(b.dir, "own", name)
			if err := buildLambda(ctx, binary, "./functions/"+name); err != nil {
				return nil, err
			}
			if err := add(binary, name); err != nil {
				return nil, err
			}
		}
		if len(packing.shared) > 0 {
			source, binary := filepath.Join(b.dir, packing.name, "main.go"), filepath.Join(b.dir, packing.name, "bootstrap")
			if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
				return nil, err
			}
			if err := os.WriteFile(source, []byte(sharedMain(packing.shared)), 0o644); err != nil {
				return nil, err
			}
			if err := buildLambda(ctx, binary, source); err != nil {
				return nil, err
			}
			if err := add(binary, packing.shared...); err != nil {
				return nil, err
			}
		}
		sizes = append(sizes, figure{packing.name + ": binaries, stripped", built / 1e6, "MB", 0}, figure{packing.name + ": the binaries zipped, each once", zipped / 1e6, "MB", 0})
	}
	for round := range binaryRounds + 2 {
		for name, s := range starts { // in another order each round
			took, err := coldStart(ctx, s.binary, root, "_HANDLER="+s.function)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if round >= 2 { // the first warm the page cache
				times[name] = append(times[name], took.Seconds()*1000)
			}
		}
	}
	var figures []figure
	for _, function := range startedOften {
		for _, packing := range packings {
			t := times[function+", "+packing.name]
			figures = append(figures, figure{fmt.Sprintf("start of %s, %s: median (least %.1f ms)", function, packing.name, slices.Min(t)), median(t), "ms", 0})
		}
	}
	return append(figures, sizes...), nil
}

// sharedMain is a program that is the function of its handler's name.
func sharedMain(names []string) string {
	var imports, cases strings.Builder
	for _, name := range names {
		fmt.Fprintf(&imports, "\t\"github.com/fasttrack-dev/fasttrack/functions/%s/%s\"\n", name, name)
		fmt.Fprintf(&cases, "\tcase %q:\n\t\t%s.Start()\n", name, name)
	}
	return "package main\n\nimport (\n\t\"os\"\n\n" + imports.String() + ")\n\nfunc main() {\n\tswitch os.Getenv(\"_HANDLER\") {\n" + cases.String() + "\t}\n}\n"
}

// buildLambda builds a binary as it is deployed.
func buildLambda(ctx context.Context, out, target string) error {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", out, target)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", target, err, text)
	}
	return nil
}

// zippedSize returns the size of a file in a zip of its own.
func zippedSize(path string) (int64, error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	var size counter
	z := zip.NewWriter(&size)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(w, in); err != nil {
		return 0, err
	}
	err = z.Close()
	return int64(size), err
}

// counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
