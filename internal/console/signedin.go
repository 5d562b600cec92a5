package console

import "net/http"

// SignedInPath is a page to return to after a sign-in in a new tab, such as the one that
// a form links to when its session has ended. It works for every door.
const SignedInPath = Base + "/signed-in"

func (p *page) signedInHere() error {
	p.render(http.StatusOK, "signed-in", "You are signed in", nil)
	return nil
}
