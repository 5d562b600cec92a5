package backtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

//go:embed report.html
var page string

var words = map[string]string{
	string(PeopleApproved): "people approved", string(PeopleDenied): "people denied", string(CodeApproved): "code approved",
	string(CodeDenied): "code denied", string(Expired): "expired", string(Canceled): "canceled", string(Open): "open",
	string(Approve): "approve", string(Deny): "deny", string(People): "leave to people", string(Held): "held by fast_track", string(Failed): "fail",
}

// Words returns a Kind or Says as words.
func Words[T ~string](v T) string { return words[string(v)] }

// WriteHTML writes the report as one self-contained page.
func (r Report) WriteHTML(w io.Writer) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"kinds": func() []Kind { return Kinds }, "allSays": func() []Says { return AllSays },
		"words":  func(v any) string { return words[fmt.Sprint(v)] },
		"moment": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") },
		"join":   strings.Join,
		"sum":    func(c Comparison, says Says, kind Kind) int { return c.Sum(says, kind) },
		"list": func(title, class string, cases []Case) map[string]any {
			return map[string]any{"Title": title, "Class": class, "Cases": cases}
		},
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(text.NewWriter(w), r)
}
