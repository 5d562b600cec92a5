package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// slackPath is the page of Slack accounts. Slack links to it with a code as the fragment,
// which the script fills in and removes: browsers send a fragment to no server.
const slackPath = Base + "/slack"

// maxSlackCode bounds what is kept of a code.
const maxSlackCode = 40

// slackData is what the page of Slack accounts shows.
type slackData struct {
	Accounts []api.SlackAccount
	// More reports that there are others; All that the accounts are those of everybody.
	More, All bool
	// Code is what was typed, and Wrong what is wrong with it.
	Code, Wrong string
	Note        note
	Done        string
}

// MayLink reports whether there is a form for a code: a machine has no Slack account.
func (d slackData) MayLink(me api.Me) bool { return !d.All && !me.Machine }

// slackAccounts shows the Slack accounts of the person, of an admin those of everybody.
func (p *page) slackAccounts() error {
	d := slackData{All: p.r.URL.Query().Get("all") == "true", Done: slackDone[p.r.URL.Query().Get("done")]}
	if err := p.needsSlack(); err != nil {
		return err
	}
	var err error
	if d.Accounts, d.More, err = p.call.SlackAccounts(p.r.Context(), d.All); err != nil {
		return err
	}
	p.render(http.StatusOK, "slack", "Slack accounts", d)
	return nil
}

// needsSlack returns a problem where people link no Slack accounts.
func (p *page) needsSlack() error {
	if !p.me.Slack {
		return notFound("Slack is not set up here. Whoever runs fasttrack can set it up.")
	}
	return nil
}

// slackShown sends whoever opens the address of a form to the page.
func (p *page) slackShown() error {
	http.Redirect(p.w, p.r, slackPath, http.StatusSeeOther)
	return nil
}

// checkSlackCode shows whose account a code links, and asks. It links nothing.
func (p *page) checkSlackCode(in url.Values) error {
	code := slackCode(in)
	var found *api.SlackAccount
	var said *api.Problem
	err := together(p.start, func() (err error) {
		found, err = p.call.LinkSlackAccount(p.r.Context(), api.SlackLinkInput{Code: code})
		if errors.As(err, &said) && !unknownOutcome(said.Status) {
			return nil // shown beside what was typed
		}
		return err
	})
	if err == nil {
		err = p.needsSlack()
	}
	switch {
	case err != nil:
		return err
	case said != nil:
		return p.slackRefused(code, said)
	}
	p.render(http.StatusOK, "slack-link", "Link this Slack account?", slackLink{found, code})
	return nil
}

// slackLink is what the page shows that asks before it links an account.
type slackLink struct {
	*api.SlackAccount
	Code string
}

// About says which account it is, for a form that is shown again without the API.
func (l slackLink) About() string { return slackName(*l.SlackAccount) }

func slackName(a api.SlackAccount) string {
	return cmp.Or(a.Name, a.User) + " (" + a.Email + ") in the workspace " + cmp.Or(a.Workspace, a.Team)
}

// linkSlackAccount links the account that the person has seen. A code that the API does not
// take may be one that an earlier press has used: then the account is linked.
func (p *page) linkSlackAccount(in url.Values) error {
	code := slackCode(in)
	_, err := p.call.LinkSlackAccount(p.r.Context(), api.SlackLinkInput{Code: code, Confirm: true})
	var said *api.Problem
	if err != nil && (!errors.As(err, &said) || unknownOutcome(said.Status)) {
		return err
	}
	if said == nil {
		return p.slackDone("linked", false)
	}
	if err := p.start(); err != nil {
		return err
	}
	if err := p.needsSlack(); err != nil {
		return err
	}
	if said.Status == http.StatusNotFound {
		accounts, _, err := p.call.SlackAccounts(p.r.Context(), false)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(accounts, func(a api.SlackAccount) bool { return a.ID == in.Get("account") }) {
			return p.slackDone("linked", false)
		}
		return p.slackRefusedWith(slackData{Accounts: accounts, Code: code}, said)
	}
	return p.slackRefused(code, said)
}

// slackRefused shows the page with a code that the API refused.
func (p *page) slackRefused(code string, said *api.Problem) error {
	d := slackData{Code: code}
	var err error
	if d.Accounts, d.More, err = p.call.SlackAccounts(p.r.Context(), false); err != nil {
		return err
	}
	return p.slackRefusedWith(d, said)
}

func (p *page) slackRefusedWith(d slackData, said *api.Problem) error {
	d.Note = note{"Nothing was linked", said.Detail + retryAfter(said)}
	for _, e := range said.Errors {
		if e.Field == "code" {
			d.Wrong = sentence(e.Detail)
		}
	}
	if said.Status == http.StatusNotFound {
		d.Wrong = "This code does not work. Compare it with the one in Slack."
	}
	p.render(said.Status, "slack", "Slack accounts", d)
	return nil
}

// unlinkSlackAccount ends a link.
func (p *page) unlinkSlackAccount(in url.Values) error {
	all := in.Get("all") == "true"
	_, err := p.call.UnlinkSlackAccount(p.r.Context(), p.r.PathValue("id"))
	var said *api.Problem
	switch {
	case errors.As(err, &said) && said.Status == http.StatusNotFound:
		return p.slackGone(all) // perhaps by an earlier press
	case err != nil:
		return err
	}
	return p.slackDone("unlinked", all)
}

// slackGone shows the page after a link that does not exist was to be ended.
func (p *page) slackGone(all bool) error {
	if err := p.start(); err != nil {
		return err
	}
	if err := p.needsSlack(); err != nil {
		return err
	}
	d := slackData{All: all, Note: note{"Nothing was unlinked", "That Slack account is not linked any more, or it is not yours."}}
	var err error
	if d.Accounts, d.More, err = p.call.SlackAccounts(p.r.Context(), all); err != nil {
		return err
	}
	p.render(http.StatusNotFound, "slack", "Slack accounts", d)
	return nil
}

// slackDone sends the browser to the page, which says what was done.
func (p *page) slackDone(done string, all bool) error {
	q := url.Values{"done": {done}}
	if all {
		q.Set("all", "true")
	}
	http.Redirect(p.w, p.r, slackPath+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// slackAgain is a form of the page that is shown again without a call of the API.
type slackAgain struct {
	// To is where the form goes, and Do the word of its button.
	To, Do, Head string
	// Code is what was typed; Typing reports that its field is shown.
	Code   string
	Typing bool
	// Account and About say which account it is; All that the person came from the list of
	// everybody's.
	Account, About string
	All, Ended     bool
	Note           note
}

func (p *page) checkSlackCodeAgain(in url.Values, status int, n note) {
	if n.Head != "" { // nothing changes before the person confirms
		n = note{"The code could not be checked", "Nothing was linked. Press the button again."}
	}
	p.renderSlackAgain(status, slackAgain{To: slackPath, Do: "Continue", Head: "Link a Slack account", Typing: true, Note: n}, in)
}

func (p *page) linkSlackAccountAgain(in url.Values, status int, n note) {
	p.renderSlackAgain(status, slackAgain{To: slackPath + "/link", Do: "Link this account", Head: "Link this Slack account?", Note: n}, in)
}

func (p *page) unlinkSlackAccountAgain(in url.Values, status int, n note) {
	p.renderSlackAgain(status, slackAgain{To: slackPath + "/" + url.PathEscape(p.r.PathValue("id")) + "/unlink", Do: "Unlink", Head: "Unlink this Slack account?", Note: n}, in)
}

func (p *page) renderSlackAgain(status int, a slackAgain, in url.Values) {
	a.Code, a.Account, a.About, a.All, a.Ended = slackCode(in), in.Get("account"), in.Get("about"), in.Get("all") == "true", status == http.StatusUnauthorized
	p.render(status, "slack-again", a.Head, a)
}

// slackCode returns the code of a form, as the person typed it.
func slackCode(in url.Values) string {
	code := []rune(strings.TrimSpace(in.Get("code")))
	return string(code[:min(len(code), maxSlackCode)])
}
