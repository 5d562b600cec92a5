package cli

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// column is a column of a table on a terminal.
type column struct {
	title string
	cell  func(row) string
	width int
}

// narrow is the width of a terminal below which a request takes several lines.
const narrow = 72

// printTable prints a line for each request, or several if the terminal is narrow.
func printTable(s screen, rows []row, mine bool) error {
	columns := []*column{
		{title: "ID", cell: func(r row) string { return r.short }},
		{title: "STATUS", cell: row.standing},
		{title: "FLOW", cell: func(r row) string { return r.flow }},
		{title: "TARGET", cell: func(r row) string { return r.target }},
		{title: "FROM", cell: func(r row) string { return r.from }},
		{title: "MADE", cell: func(r row) string { return r.made }},
		{title: "ENDS", cell: func(r row) string { return r.ends }},
		{title: "REASON", cell: func(r row) string { return r.reason }},
	}
	columns = slices.DeleteFunc(columns, func(c *column) bool {
		return c.title == "FROM" && mine || !slices.ContainsFunc(rows, func(r row) bool { return c.cell(r) != "" })
	})
	if s.width < narrow || !fit(columns, rows, s.width) {
		return printStacked(s, rows, mine)
	}
	line := func(colour func(*column) text.Colour, cell func(*column) string) error {
		for i, c := range columns {
			v := cut(cell(c), c.width)
			if i < len(columns)-1 {
				v = pad(v, c.width+gap)
			}
			if err := s.paint(colour(c), v); err != nil {
				return err
			}
		}
		_, err := s.Write([]byte("\n"))
		return err
	}
	if err := line(func(*column) text.Colour { return text.Bold }, func(c *column) string { return c.title }); err != nil {
		return err
	}
	for _, r := range rows {
		err := line(func(c *column) text.Colour {
			if c.title == "STATUS" {
				return r.colour
			}
			return text.Plain
		}, func(c *column) string { return c.cell(r) })
		if err != nil {
			return err
		}
	}
	return nil
}

// gap is the number of spaces between two columns.
const gap = 2

// cuts are the columns to narrow in a table that is too wide, in order, and the width
// that each keeps.
var cuts = []struct {
	title string
	least int
}{{"REASON", 20}, {"FROM", 14}, {"STATUS", 24}, {"FLOW", 12}, {"TARGET", 10}, {"REASON", 10}, {"STATUS", 14}, {"FROM", 8}}

// fit sets the width of each column, and reports whether the table fits.
func fit(all []*column, rows []row, width int) bool {
	total := gap * (len(all) - 1)
	for _, c := range all {
		c.width = columns(c.title)
		for _, r := range rows {
			c.width = max(c.width, columns(c.cell(r)))
		}
		total += c.width
	}
	for _, part := range cuts {
		for _, c := range all {
			if c.title == part.title && total > width {
				less := max(min(total-width, c.width-part.least), 0)
				c.width, total = c.width-less, total-less
			}
		}
	}
	return total <= width
}

// printStacked prints several lines for each request.
func printStacked(s screen, rows []row, mine bool) error {
	for _, r := range rows {
		parts := []struct {
			colour text.Colour
			v      string
		}{{text.Bold, r.short}, {text.Plain, "  "}, {r.colour, cut(r.standing(), max(s.width-columns(r.short)-gap, 1))}, {text.Plain, "\n"}}
		what := strings.TrimSpace(r.flow + " " + r.target)
		why := r.reason
		if !mine {
			why = strings.TrimSuffix(r.from+": "+r.reason, ": ")
		}
		when := r.made
		if r.ends != "" {
			when = "ends " + r.ends
		}
		for _, v := range []string{what + ", " + when, why} {
			if v != "" {
				parts = append(parts, struct {
					colour text.Colour
					v      string
				}{text.Plain, cut("  "+v, s.width) + "\n"})
			}
		}
		for _, p := range parts {
			if err := s.paint(p.colour, p.v); err != nil {
				return err
			}
		}
	}
	return nil
}

// standing returns the status, or the missing approvals of a pending request.
func (r row) standing() string {
	if r.approvals != "" && r.status == "pending" {
		return r.approvals
	}
	return r.status
}
