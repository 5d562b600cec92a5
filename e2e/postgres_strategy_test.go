package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/hook/secret"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestPostgresStrategy plays a flow whose access is a temporary role in a real
// PostgreSQL, granted by the binary that is deployed. Where FASTTRACK_POSTGRES is
// "required", a machine without PostgreSQL fails.
func TestPostgresStrategy(t *testing.T) {
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", bin+"/", "./strategies/postgres", "./strategies/postgres/postgrestest/serve")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var database struct{ Connection, CA, PSQL string }
	server := exec.Command(filepath.Join(bin, "serve"))
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadBytes('\n')
	if len(line) == 0 {
		ended, is := errors.AsType[*exec.ExitError](server.Wait())
		if is && ended.ExitCode() == 3 && os.Getenv("FASTTRACK_POSTGRES") != "required" {
			t.Skip("THE STRATEGY POSTGRES WAS NOT TESTED: Debian's package postgresql is not installed")
		}
		t.Fatalf("PostgreSQL is needed here: %v", ended)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = server.Wait()
	})
	if err := json.Unmarshal(line, &database); err != nil {
		t.Fatal(err)
	}
	const flows = "testdata/postgres/flows.yaml"
	t.Setenv(secret.Variable("db/login"), database.Connection)
	t.Setenv(secret.Variable("db/ca"), database.CA)
	on, stack := serve(t, "HooksFunction", flows, localaws.Options{Attach: []string{"postgres"}})
	function := exec.CommandContext(t.Context(), filepath.Join(bin, "postgres"))
	function.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + stack.Attached()[0].Addr, "AWS_ENDPOINT_URL=" + stack.AWSURL(), "AWS_REGION=" + localaws.Region,
		"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "DEPLOYMENT=postgres", "ROLE_PREFIX=ft_", "SECRET_PREFIX=postgres/", "CA_SECRET=db/ca",
	}
	if err := function.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = function.Process.Kill() // it waits for more
		_ = function.Wait()
	})
	ca := filepath.Join(bin, "ca.pem")
	if err := os.WriteFile(ca, []byte(database.CA), 0o600); err != nil {
		t.Fatal(err)
	}
	attached(t, stack, "postgres")
	playWith(t, on, "HooksFunction", flows, testscript.Params{
		Dir: "testdata/postgres",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PGSSLROOTCERT", ca)
			env.Setenv("PGSSLMODE", "verify-full")
			env.Setenv("PSQL", database.PSQL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"password": func(ts *testscript.TestScript, _ bool, args []string) {
			out, err := exec.Command("curl", "-s", stack.AWSURL(), "-H", "X-Amz-Target: secretsmanager.GetSecretValue", "-H", "Content-Type: application/x-amz-json-1.1",
				"-d", `{"SecretId":"`+args[0]+`"}`).Output()
			ts.Check(err)
			var got struct{ SecretString string }
			ts.Check(json.Unmarshal(out, &got))
			var kept struct{ Password string }
			ts.Check(json.Unmarshal([]byte(got.SecretString), &kept))
			ts.Setenv("PGPASSWORD", kept.Password)
		}},
	}, &client{url: on.url})
}
