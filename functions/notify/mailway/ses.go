package mailway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/mail"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// senderName is how mailboxes show the sender.
const senderName = "fasttrack"

// How often a mail is sent within one invocation, and the pause before it is sent again.
// The sandbox takes one mail a second
// (https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html).
const (
	tries = 3
	pause = 1100 * time.Millisecond
)

// The input of SendEmail
// (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).
type (
	sendEmail struct {
		FromEmailAddress     string
		Destination          destination
		Content              content
		ConfigurationSetName string `json:",omitempty"`
		EmailTags            []tag
	}
	destination struct{ ToAddresses []string }
	content     struct{ Simple simple }
	simple      struct {
		Subject part
		Body    body
		Headers []mail.Header
	}
	body struct{ Text, Html part } //nolint:revive // as the service spells it
	part struct{ Data, Charset string }
	tag  struct{ Name, Value string }
)

func utf8Part(data string) part { return part{data, "UTF-8"} }

// send has SES send a mail to one person: a bad address among several would keep the
// mail from all of them.
func (w *Way) send(ctx context.Context, to string, m mail.Mail) error {
	raw, err := json.Marshal(sendEmail{
		FromEmailAddress: senderName + " <" + w.From + ">", Destination: destination{[]string{to}}, ConfigurationSetName: w.ConfigurationSet,
		Content:   content{simple{utf8Part(m.Subject), body{utf8Part(m.Text), utf8Part(m.HTML)}, m.Headers}},
		EmailTags: tagsOf(m),
	})
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		again, err := w.call(ctx, raw)
		if err == nil || !again || n == tries {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// The tags of a mail, which SES reports with what became of it.
const (
	eventTag = "event"
	runTag   = "run"
	entryTag = "entry"
)

// tagsOf returns the tags of a mail. SES takes none without a value.
func tagsOf(m mail.Mail) []tag {
	tags := []tag{{eventTag, m.Event}}
	if m.Run != "" {
		tags = append(tags, tag{runTag, m.Run})
	}
	if m.Entry > 0 {
		tags = append(tags, tag{entryTag, strconv.Itoa(m.Entry)})
	}
	return tags
}

// call makes one call of SendEmail. again reports that SES may take the mail within
// seconds. An error that no retry cures is a [deliver.Permanent].
func (w *Way) call(ctx context.Context, raw []byte) (again bool, err error) {
	req, err := signed.Request(ctx, w.AWS, "ses", http.MethodPost, "/v2/email/outbound-emails", raw, map[string]string{"Content-Type": "application/json"})
	if err != nil {
		return false, fmt.Errorf("SES: %w", err)
	}
	client := w.AWS.HTTPClient
	if client == nil {
		client = aws.HTTPClient(http.DefaultClient)
	}
	res, err := client.Do(req)
	if err != nil {
		return false, fmt.Errorf("SES: %w", err) // it may have taken the mail
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil && res.StatusCode == http.StatusOK {
		return false, nil
	}
	if res.StatusCode == http.StatusOK {
		return false, nil
	}
	return refusal(res, said)
}

// refusal returns the error of a response other than 200.
func refusal(res *http.Response, said []byte) (again bool, err error) {
	var reason struct{ Message string }
	_ = json.Unmarshal(said, &reason) // what is no JSON has no message
	code, _, _ := strings.Cut(res.Header.Get("X-Amzn-Errortype"), ":")
	if code == "" {
		code = http.StatusText(res.StatusCode)
	}
	why := "SES: " + code + ": " + reason.Message
	switch {
	case res.StatusCode == http.StatusTooManyRequests || strings.Contains(code, "Throttling"):
		// The quota of a day frees up by the hour, the rate by the second.
		return !strings.Contains(reason.Message, "Daily"), fmt.Errorf("%s", why)
	case res.StatusCode >= http.StatusInternalServerError:
		return false, fmt.Errorf("%s", why)
	}
	return false, deliver.Permanent{Why: why}
}
