package backtestpage_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console/backtestpage"
)

var at = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func flipped(id string) backtest.Case {
	return backtest.Case{
		ID: id, Flow: "low-risk", Requester: "ada@example.com", CreatedAt: at, What: "target=prod-admin", Why: `<script>alert("x")</script>`,
		Then: backtest.Then{Kind: backtest.PeopleDenied, By: "grace@example.com", Reason: "no ticket"},
		Now:  backtest.Now{Says: backtest.Approve, Reason: "low risk", HooksVersion: "7"},
	}
}

func write(t *testing.T, cases ...backtest.Case) string {
	t.Helper()
	var page bytes.Buffer
	if err := backtestpage.WriteFile(&page, at, backtest.Compare(cases)); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// The file needs nothing else, runs nothing, and shows what requesters wrote as text.
func TestWriteFile(t *testing.T) {
	page := write(t, flipped("01J"))
	for _, want := range []string{"People denied, and the hooks would approve: 1", "&lt;script&gt;alert", "01J", "grace@example.com", "no ticket", "low-risk", "version 7"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"<script", "http://", "https://", " src=", " href=", "unsafe", "@import", "url("} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	_, styles, _ := strings.Cut(page, "<style>")
	styles, _, _ = strings.Cut(styles, "</style>")
	hash := sha256.Sum256([]byte(styles))
	if policy := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.Contains(page, policy) || len(styles) < 1000 {
		t.Errorf("the policy does not let the styles (%d bytes) apply: want %s", len(styles), policy)
	}
}

// However many requests there are, the file is one that a browser shows: the flips first,
// and the newest of each.
func TestWriteFile_Bounded(t *testing.T) {
	var cases []backtest.Case
	for i := range 5000 {
		c := flipped(fmt.Sprintf("ID%04d", i))
		c.CreatedAt = at.Add(time.Duration(i) * time.Minute)
		cases = append(cases, c)
	}
	page := write(t, cases...)
	if len(page) > 2<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, want := range []string{"People denied, and the hooks would approve: 5000", "And 4800 older.", "And 4000 older", "ID4999"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "ID0000") {
		t.Error("the oldest is listed, and newer ones are not")
	}
}
