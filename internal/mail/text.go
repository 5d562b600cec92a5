package mail

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// text is the content as plain text. The further lines of what people typed begin with
// a bar, so that none looks like a line of the mail.
func (c Content) text() string {
	var b strings.Builder
	b.WriteString(c.Title)
	if c.State != "" {
		b.WriteString(": " + c.State)
	}
	b.WriteString("\n\n")
	for _, r := range c.Rows {
		fmt.Fprintf(&b, "%s: %s\n", r.Label, text.Indent(r.Value, "  | "))
	}
	for _, check := range c.Checks {
		mark := "✗"
		if check.Passed {
			mark = "✓"
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimSuffix(mark+" "+check.Name+": "+check.Detail, ": "))
	}
	b.WriteString("\n")
	for _, sentence := range c.Next {
		b.WriteString(sentence + "\n")
	}
	if c.Link != "" {
		fmt.Fprintf(&b, "%s: %s\n", c.Button, c.Link)
	}
	if len(c.Commands) > 0 {
		b.WriteString("On the command line:\n")
	}
	for _, command := range c.Commands {
		b.WriteString("  " + command + "\n")
	}
	b.WriteString("\n-- \n" + strings.Join(c.Foot, "\n") + "\n")
	return b.String()
}
