package parity

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/localaws/pypi"
)

// MiniStack starts MiniStack, installed in the folder tools. Its Lambda runs programs:
// each function of a case is the file bootstrap, which fetches the answers.
func MiniStack(tools, bootstrap string) (*Emulator, error) {
	venv, err := pypi.Venv(tools, "ministack-1.5.33", "ministack==1.5.33")
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(bootstrap)
	if err != nil {
		return nil, err
	}
	var code bytes.Buffer
	archive := zip.NewWriter(&code)
	entry := &zip.FileHeader{Name: "bootstrap"}
	entry.SetMode(0o755)
	w, err := archive.CreateHeader(entry)
	if err == nil {
		_, err = w.Write(source)
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		return nil, err
	}
	stub := newStub()
	e, err := serve("ministack", stub, "/_ministack/health", func(port int) *exec.Cmd {
		cmd := exec.Command(filepath.Join(venv, "bin", "ministack"))
		cmd.Env = append(os.Environ(), fmt.Sprintf("GATEWAY_PORT=%d", port), "BIND_HOST=127.0.0.1", "MINISTACK_ACCOUNT_ID=123456789012",
			"SERVICES=stepfunctions,lambda,iam,sts,logs", "LOG_LEVEL=ERROR", "NO_PROXY=localhost,127.0.0.1")
		return cmd
	})
	if err != nil {
		return nil, err
	}
	e.function = func(name string) error {
		body, err := json.Marshal(map[string]any{
			"FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": role, "Timeout": 60,
			"Code":        map[string]any{"ZipFile": code.Bytes()},
			"Environment": map[string]any{"Variables": map[string]string{"URL": stub.URL + "/" + name, "NO_PROXY": "127.0.0.1"}},
		})
		if err != nil {
			return err
		}
		r, err := http.NewRequest(http.MethodPost, e.url+"/2015-03-31/functions", bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		return e.do(r, "lambda", nil)
	}
	return e, nil
}
