package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// maxForm bounds what a form sends, in bytes. Escaped for a form, a request that the API
// accepts is smaller.
const maxForm = 512 << 10

// forms are the addresses that forms post to, by path below [Base].
var forms = map[string]form{
	"/new/{flow}":          {(*page).ask, (*page).formAgain},
	"/requests/{id}/{act}": {(*page).act, (*page).actAgain},
	"/slack":               {(*page).checkSlackCode, (*page).checkSlackCodeAgain},
	"/slack/link":          {(*page).linkSlackAccount, (*page).linkSlackAccountAgain},
	"/slack/{id}/unlink":   {(*page).unlinkSlackAccount, (*page).unlinkSlackAccountAgain},
}

// form is what a form does when it is posted.
type form struct {
	// post does it, and sends the browser to the page that shows the result.
	post func(*page, url.Values) error
	// again shows the form with what was typed, without a call of the API, because it
	// was not done or nobody knows whether it was.
	again func(p *page, in url.Values, status int, n note)
}

// note is a sentence above a form.
type note struct{ Head, Text string }

// posted returns the handler of a form. If any of it fails, what was typed
// is shown again, in a form with the same idempotency key.
func (c *Console) posted(f form) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &page{Console: c, w: w, r: r}
		in, err := readForm(w, r)
		if err != nil {
			p.fail(err)
			return
		}
		signer, err := c.Sessions.Signer(w, r)
		if err == nil && signer == nil {
			err = &api.Problem{Status: http.StatusUnauthorized}
		}
		if err == nil {
			p.call, err = c.client(signer)
		}
		if err == nil {
			err = f.post(p, in)
		}
		if err == nil {
			return
		}
		problem := problemOf(err)
		switch {
		case problem.Status == http.StatusUnauthorized:
			f.again(p, in, http.StatusUnauthorized, note{})
		case problem.Status >= 500:
			p.Log.Error("cannot call the API", "page", r.URL.Path, "error", err.Error())
			f.again(p, in, problem.Status, note{"Nobody knows whether this was done", problem.Error() + " Press the button again: it is done once, however often you press."})
		default:
			p.fail(err)
		}
	}
}

// readForm returns what a form sent.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") {
		return nil, &api.Problem{Status: http.StatusUnsupportedMediaType, Detail: "This address takes a form of the console. Nothing was done."}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &api.Problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf(
			"The form has more than %d KiB, so nothing was sent. Go back in your browser: what you typed is still there. Then make it shorter.", maxForm>>10)}
	case err != nil:
		return nil, &api.Problem{Status: http.StatusBadRequest, Detail: "The form could not be read, so nothing was sent. Go back in your browser and try again."}
	}
	if !plainToken(r.PostForm.Get("key")) || !plainToken(r.PostForm.Get("seen")) {
		return nil, &api.Problem{Status: http.StatusBadRequest, Detail: "This form is damaged, so nothing was sent. Open its page again."}
	}
	return r.PostForm, nil
}

// plainToken reports whether a hidden value of a form can be one that the console made:
// it goes into a header.
func plainToken(s string) bool {
	return len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// unknownOutcome reports whether a call that failed may have been carried out. The form
// then keeps its key, so that pressing again does it once.
func unknownOutcome(status int) bool {
	return status >= 500 || status == http.StatusUnauthorized
}
