package newcomer_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mistake is what a newcomer gets wrong: more text at the end of a file, a command, and the
// one line that it must print.
type mistake struct {
	file, text, command, says string
}

// mistakes returns the mistakes in a repository, by what each is.
func (n *newcomer) mistakes() map[string]mistake {
	code := n.code[0]
	broken := map[string]string{"go": "func broken( {\n", "python": "def broken(:\n", "node": "function broken( {\n"}[n.language]
	pin := map[string]string{"go": "go.mod", "python": "requirements.txt", "node": "package.json"}[n.language]
	return map[string]mistake{
		// A colleague who has not installed the version of the last upgrade.
		"another version": {file: pin, command: "sed s/1.2.0/1.1.0/ " + pin + " >../pin && cp ../pin " + pin + " && fasttrack build",
			says: `^` + regexp.QuoteMeta(pin) + ` names fasttrack v1\.1\.0, but this is v1\.2\.0; run: \S.*$`},
		"a folder that is not empty": {command: "(cd .. && fasttrack init " + stack + ")", says: `^approvals is not empty: it has \S+; name a folder that is empty or does not exist$`},
		"a clash of names": {file: "template.yaml", text: "  Table: {Type: AWS::SQS::Queue}\n", command: n.daily + " build",
			says: `^template\.yaml:\d+: Resources\.Table is the engine's own; give yours another name$`},
		"a cycle": {file: "template.yaml", text: "    DependsOn: RequestFunction\n", command: n.daily + " build",
			says: `^template\.yaml:\d+: .*cycle HooksFunction → .* → HooksFunction`},
		// A build leaves the syntax of a newer Python than this machine's unchecked;
		// deploy runs this check after it.
		"a broken hook": {file: "hooks/" + code, text: broken, command: n.daily + " flows check",
			says: `^hooks/` + regexp.QuoteMeta(code) + `:\d+(:\d+)?: .*(?i:syntax)`},
		"an unknown version": {command: n.daily + " upgrade v9.9.9", says: `^fasttrack has no version v9\.9\.9 \(.*\); \S+ is unchanged$`},
		"no network": {
			command: "GOPROXY=http://127.0.0.1:9 PIP_NO_INDEX= PIP_FIND_LINKS= PIP_INDEX_URL=http://127.0.0.1:9 PIP_RETRIES=0 " +
				"npm_config_registry=http://127.0.0.1:9 npm_config_fetch_retries=0 " + n.daily + " upgrade v9.9.8",
			says: `^fasttrack v9\.9\.8 can't be downloaded: no connection.* \(.*\); \S+ is unchanged$`,
		},
	}
}

// errs makes each mistake. Each is one line that says where it is or what to do, and the
// repository is as it was.
func (n *newcomer) errs(t *testing.T) {
	before := n.contents(t)
	all := n.mistakes()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := all[name]
		at := filepath.Join(n.team, filepath.FromSlash(m.file))
		if m.file != "" {
			if err := os.WriteFile(at, []byte(before[m.file]+m.text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		code, printed := n.timed(m.command, nil)
		if code == 0 || code == -1 {
			t.Errorf("%s: %q ends with %d:\n%s", name, m.command, code, printed)
		}
		if lines := strings.TrimSpace(printed); strings.Contains(lines, "\n") || !regexp.MustCompile(m.says).MatchString(lines) {
			t.Errorf("%s: %q prints\n%s\nwant one line that matches\n%s", name, m.command, printed, m.says)
		}
		if m.file != "" {
			if err := os.WriteFile(at, []byte(before[m.file]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if after := n.contents(t); !maps.Equal(before, after) {
		t.Error("a mistake leaves the repository changed")
	}
}

// contents returns the files of the repository.
func (n *newcomer) contents(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range n.files(t) {
		raw, err := os.ReadFile(filepath.Join(n.team, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(raw)
	}
	return files
}
