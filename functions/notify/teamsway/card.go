package teamsway

import (
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/mail"
)

// message is what a webhook of Workflows takes: an Adaptive Card
// (https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string `json:"contentType"`
	Content     card   `json:"content"`
}

type card struct {
	Schema  string    `json:"$schema"`
	Type    string    `json:"type"`
	Version string    `json:"version"`
	Body    []block   `json:"body"`
	Actions []openURL `json:"actions,omitempty"`
}

// block is a RichTextBlock, whose runs of text have no Markdown: what people typed stays
// letters. A TextBlock would make links of it.
type block struct {
	Type    string `json:"type"`
	Inlines []text `json:"inlines"`
	Spacing string `json:"spacing,omitempty"`
}

type text struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Size   string `json:"size,omitempty"`
	Weight string `json:"weight,omitempty"`
	Color  string `json:"color,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

type openURL struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// maxText is the length of a text, in characters. Teams takes messages of 28 KB.
const maxText = 600

func run(s string) text {
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText-1]) + "…"
	}
	return text{Type: "TextRun", Text: s}
}

func line(spacing string, inlines ...text) block {
	return block{"RichTextBlock", inlines, spacing}
}

// tones are the colours of Adaptive Cards.
var tones = map[string]string{"wait": "Warning", "good": "Good", "bad": "Attention"}

// maxFacts is how many rows and checks a card has.
const maxFacts = 12

// cardOf returns the card. It says that it stays as it is, because a webhook can't change
// what it posted. One that asks for a decision also says where to decide.
func cardOf(c mail.Content, asks bool) message {
	title, state := run(c.Title), run(strings.ToUpper(c.State[:1])+c.State[1:])
	title.Size, title.Weight = "Large", "Bolder"
	state.Color, state.Weight = tones[c.Tone], "Bolder"
	body := []block{line("", title), line("Small", state)}
	facts := 0
	for _, r := range c.Rows {
		if facts++; facts <= maxFacts {
			label := run(r.Label + ": ")
			label.Subtle = true
			body = append(body, line("Small", label, run(r.Value)))
		}
	}
	for _, check := range c.Checks {
		if facts++; facts <= maxFacts {
			mark := run("✗ ")
			mark.Color = "Attention"
			if check.Passed {
				mark = run("✓ ")
				mark.Color = "Good"
			}
			body = append(body, line("Small", mark, run(strings.TrimSuffix(check.Name+": "+check.Detail, ": "))))
		}
	}
	for _, sentence := range append(c.Next, c.Commands...) {
		body = append(body, line("Small", run(sentence)))
	}
	newer := "the request's page"
	if c.Link == "" {
		newer = "the command line"
	}
	says := "This card stays as it is: " + newer + " has what is new. "
	if asks {
		says += "Decide there, not in Teams. "
	}
	foot := run(says + c.Foot[0])
	foot.Size, foot.Subtle = "Small", true
	body = append(body, line("Medium", foot))
	sent := card{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4", Body: body}
	if c.Link != "" {
		sent.Actions = []openURL{{"Action.OpenUrl", c.Button, c.Link}}
	}
	return message{"message", []attachment{{"application/vnd.microsoft.card.adaptive", sent}}}
}
