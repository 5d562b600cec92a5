package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// screen is what a command prints to: a terminal for people, or a file or pipe for
// programs.
type screen struct {
	io.Writer
	terminal bool
	// width is the number of columns of a terminal.
	width  int
	colour bool
	now    time.Time
	zone   *time.Location
}

func newScreen(w io.Writer) screen {
	s := screen{Writer: w, terminal: isTerminal(w), now: time.Now(), zone: time.Local}
	if s.terminal {
		s.width = 80
		if width, _, err := term.GetSize(int(fileOf(w).Fd())); err == nil && width > 0 {
			s.width = width
		}
		s.colour = colours(w)
	}
	return s
}

// moment returns a time: local on a terminal, elsewhere RFC 3339 in UTC.
func (s screen) moment(t time.Time) string {
	if !s.terminal {
		return moment(t)
	}
	return t.In(s.zone).Format("2006-01-02 15:04:05 MST")
}

// ago returns how long ago a time was, on a terminal.
func (s screen) ago(t time.Time) string {
	if !s.terminal {
		return moment(t)
	}
	switch d := s.now.Sub(t); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	case d < 7*24*time.Hour:
		return fmt.Sprintf("%dd ago", int(d.Hours()/24))
	}
	if local := t.In(s.zone); local.Year() == s.now.In(s.zone).Year() {
		return local.Format("Jan _2")
	}
	return t.In(s.zone).Format("Jan _2 2006")
}

// left returns how long it is until a time, on a terminal.
func (s screen) left(t time.Time) string {
	if !s.terminal {
		return moment(t)
	}
	switch d := t.Sub(s.now); {
	case d < 0:
		return "overdue"
	case d < time.Minute:
		return "in less than 1m"
	case d < time.Hour:
		return fmt.Sprintf("in %dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("in %dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("in %dd", int(t.Sub(s.now).Hours()/24))
}

// paint prints in a colour, if the screen takes colours.
func (s screen) paint(c text.Colour, v string) error {
	if !s.colour {
		c = text.Plain
	}
	return text.Paint(s.Writer, c, v)
}

// cut returns a text on one line, cut to a number of columns.
func cut(v string, columns int) string {
	return runewidth.Truncate(text.Line(v), columns, "…")
}

// pad returns v with spaces up to a number of columns.
func pad(v string, columns int) string { return runewidth.FillRight(v, columns) }

// columns returns how many columns a text takes.
func columns(v string) int { return runewidth.StringWidth(v) }
