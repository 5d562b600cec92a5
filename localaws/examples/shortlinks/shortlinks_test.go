// Package shortlinks_test plays the link shortener over HTTP on localaws, with its
// functions as they are built.
package shortlinks_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

// dir is the folder with the functions, once they are built.
var dir string

// build compiles both functions, in the layout of `sam build`, once.
var build = sync.OnceValue(func() (err error) {
	if dir, err = os.MkdirTemp("", "shortlinks-"); err != nil {
		return err
	}
	for function, code := range map[string]string{"ApiFunction": "./api", "WorkerFunction": "./worker"} {
		out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", filepath.Join(dir, function, "bootstrap"), code).CombinedOutput()
		if err != nil {
			return fmt.Errorf("build %s: %w: %s", function, err, out)
		}
	}
	return nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func built(t *testing.T) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return dir
}

type link struct{ Code, URL, Status string }

type client struct {
	t   *testing.T
	url string
}

// call sends a request as ada, or as nobody, and decodes the response into out unless
// that is nil.
func (c client) call(method, path, as, body string, out any) *http.Response {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	once := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := once.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			c.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, raw)
		}
	}
	return res
}

// create creates a link and waits until it is checked.
func (c client) create(as, url string) link {
	c.t.Helper()
	var made link
	if res := c.call("POST", "/links", as, `{"url":"`+url+`"}`, &made); res.StatusCode != http.StatusCreated || made.Status != "checking" {
		c.t.Fatalf("create %s: %d %+v", url, res.StatusCode, made)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var links []link
		c.call("GET", "/links", as, "", &links)
		for _, l := range links {
			if l.Code == made.Code && l.Status != "checking" {
				return l
			}
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%s is not checked: %+v", url, links)
		}
	}
}

// number reads a number of an item, 0 if it doesn't exist.
func number(t *testing.T, awsURL, table, key, value, attribute string) string {
	t.Helper()
	db := dynamodb.New(dynamodb.Options{Region: localaws.Region, BaseEndpoint: &awsURL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, ConsistentRead: aws.Bool(true), Key: map[string]types.AttributeValue{key: &types.AttributeValueMemberS{Value: value}}})
	if err != nil {
		t.Fatal(err)
	}
	n, _ := out.Item[attribute].(*types.AttributeValueMemberN)
	if n == nil {
		return "0"
	}
	return n.Value
}

// play creates, lists and follows links on a running stack.
func play(t *testing.T, url, awsURL, stack string) {
	c := client{t, url}
	if res := c.call("POST", "/links", "", `{"url":"https://example.com/"}`, nil); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %d, want 401", res.StatusCode)
	}
	if res := c.call("POST", "/links", "ada@example.com", `{"url":"ftp://example.com/"}`, nil); res.StatusCode != http.StatusBadRequest {
		t.Errorf("no https URL: %d, want 400", res.StatusCode)
	}
	live := c.create("ada@example.com", "https://example.com/a")
	for url, want := range map[string]string{"https://malware.example/": "blocked", "https://nobody.invalid/": "broken"} {
		l := c.create("ada@example.com", url)
		if l.Status != want {
			t.Errorf("%s is %s, want %s", url, l.Status, want)
		}
		if res := c.call("GET", "/"+l.Code, "", "", nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("a %s link: %d, want 404", want, res.StatusCode)
		}
	}
	var others []link
	if c.call("GET", "/links", "grace@example.com", "", &others); len(others) != 0 {
		t.Errorf("grace sees ada's links: %+v", others)
	}
	for range 2 {
		if res := c.call("GET", "/"+live.Code, "", "", nil); res.StatusCode != http.StatusFound || res.Header.Get("Location") != "https://example.com/a" {
			t.Errorf("a live link: %d to %s", res.StatusCode, res.Header.Get("Location"))
		}
	}
	if n := number(t, awsURL, stack+"-Links", "code", live.Code, "visits"); n != "2" {
		t.Errorf("got %s visits, want 2", n)
	}
	// Events reach the rule's function asynchronously.
	for _, verdict := range []string{"live", "blocked", "broken"} {
		n := ""
		for deadline := time.Now().Add(30 * time.Second); n != "1" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			n = number(t, awsURL, stack+"-Counts", "verdict", verdict, "links")
		}
		if n != "1" {
			t.Errorf("%s: got %s events, want 1", verdict, n)
		}
	}
}

var servedAt = regexp.MustCompile(`localaws serves (http://\S+)`)

// The command serves the application until its context ends.
func TestCommand(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	printed, out := io.Pipe()
	var errors bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- command.Run(ctx, []string{"--template", "template.yaml", "--build-dir", built(t), "--addr", "127.0.0.1:0", "--stack-name", "links"}, out, &errors)
		out.Close()
	}()
	lines := bufio.NewScanner(printed)
	url := ""
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Stop with") {
		if m := servedAt.FindStringSubmatch(lines.Text()); m != nil {
			url = m[1]
		}
	}
	if url == "" {
		t.Fatalf("it does not start: %s", &errors)
	}
	play(t, url, url+"/_aws", "links")
	stop()
	_, _ = io.Copy(io.Discard, printed)
	if code := <-done; code != 0 {
		t.Errorf("exit code %d: %s", code, &errors)
	}
}

// The schedule ends links that are older than LinkDays.
func TestSchedule(t *testing.T) {
	clock := clockwork.NewFakeClock()
	stack, err := localaws.Start(t.Context(), localaws.Options{
		TemplatePath: "template.yaml", BuildDir: built(t), Addr: "127.0.0.1:0", Clock: clock, Parameters: map[string]string{"LinkDays": "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	c := client{t, stack.URL()}
	l := c.create("ada@example.com", "https://example.com/a")
	if res := c.call("GET", "/"+l.Code, "", "", nil); res.StatusCode != http.StatusFound {
		t.Fatalf("before the hour: %d", res.StatusCode)
	}
	clock.Advance(time.Hour)
	status := 0
	for deadline := time.Now().Add(30 * time.Second); status != http.StatusNotFound && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		status = c.call("GET", "/"+l.Code, "", "", nil).StatusCode
	}
	if status != http.StatusNotFound {
		t.Errorf("after the hour: %d, want 404", status)
	}
}
