package mail

// Announce writes a mail that is about no request, such as about a link of the person's
// accounts.
func Announce(title, text string) Mail {
	c := Content{Title: line(title), Next: []string{line(text)}}
	html, err := c.html()
	if err != nil { // the template's own, which a test executes
		html = ""
	}
	return Mail{
		Subject: "[fasttrack] " + clip(c.Title, maxSubject-len("[fasttrack] ")), Text: c.text(), HTML: html,
		Headers: []Header{{"Auto-Submitted", "auto-generated"}, {"X-Auto-Response-Suppress", "All"}}, // RFC 3834
		Event:   "announcement",
	}
}
