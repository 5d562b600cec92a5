package text

import "fmt"

// Count formats a number of things: "1 request", "2 requests".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
