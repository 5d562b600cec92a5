package bill_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
)

// docs/costs.md says what a page of the console costs, and a tab that nobody uses.
func TestPagesOfTheConsole(t *testing.T) {
	_, view, err := bill.PageView.Bill(prices(t))
	if err != nil {
		t.Fatal(err)
	}
	polls := bill.IdlePolls(time.Hour)
	doc, err := os.ReadFile("../../docs/costs.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		fmt.Sprintf("| a page view | %.1f |", view),
		fmt.Sprintf("| an hour of a visible tab in which nothing happens, %d polls | %.0f |", polls, view*float64(polls)),
		"| an hour of a hidden tab | 0 |",
	} {
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/costs.md lacks %q", row)
		}
	}
}

// By hand: polls after 20, 50, 95, 162.5 and 263.75 s, and every 2 minutes from then on.
func TestIdlePolls(t *testing.T) {
	for in, want := range map[time.Duration]int{0: 0, 20 * time.Second: 1, time.Minute: 2, 94 * time.Second: 2, 95 * time.Second: 3, 264 * time.Second: 5, 383 * time.Second: 5, 384 * time.Second: 6, time.Hour: 32} {
		if got := bill.IdlePolls(in); got != want {
			t.Errorf("%s: %d polls, want %d", in, got, want)
		}
	}
}
