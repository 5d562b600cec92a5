package parity

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/localaws/pypi"
)

// Moto starts moto's server, installed in the folder tools, with its interpreter of
// state machines on. The interpreter calls Lambda at the port that MOTO_PORT names,
// where a server has the answers of the cases.
func Moto(tools string) (*Emulator, error) {
	venv, err := pypi.Moto(tools)
	if err != nil {
		return nil, err
	}
	stub := newStub()
	at, err := url.Parse(stub.URL)
	if err != nil {
		return nil, err
	}
	e, err := serve("moto", stub, "/moto-api/", func(port int) *exec.Cmd {
		cmd := exec.Command(filepath.Join(venv, "bin", "moto_server"), "-H", "127.0.0.1", "-p", fmt.Sprint(port))
		cmd.Env = append(os.Environ(), "MOTO_PORT="+at.Port(), "NO_PROXY=localhost,127.0.0.1")
		return cmd
	})
	if err != nil {
		return nil, err
	}
	config := []byte(`{"stepfunctions": {"execute_state_machine": true}}`)
	r, err := http.NewRequest(http.MethodPost, e.url+"/moto-api/config", bytes.NewReader(config))
	if err == nil {
		err = e.do(r, "moto", nil)
	}
	if err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}
