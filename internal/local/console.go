package local

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/api/sigv4"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/localdoor"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
)

// maxOffered limits how many people the console offers.
const maxOffered = 20

// withConsole returns the Front of a stack that serves the console beside the API, and
// leads from / to it. People say who they are, unless callers bring tokens of an issuer
// of their own: then the stack's own console signs them in, if it has one. Backtests end
// with ctx.
func withConsole(ctx context.Context, o localaws.Options, flows source) func(*localaws.Stack, http.Handler) (http.Handler, error) {
	return func(s *localaws.Stack, next http.Handler) (http.Handler, error) {
		door, serves := doorOf(s, o, flows)
		switch {
		case !hasConsole(s):
			return next, nil
		case !serves: // the stack's own, behind its gateway
			return fromRoot(next), nil
		}
		c, err := console.New(console.Options{API: s.URL(), Sessions: door, Extras: []console.Extra{backtests(ctx, s, o, flows)}})
		if err != nil {
			return nil, fmt.Errorf("the console: %w", err)
		}
		// Not even a page that the API allows (CORS) may use the console.
		pages := loopback.Guard(c.Handler())
		return fromRoot(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == console.Base || strings.HasPrefix(r.URL.Path, console.Base+"/") {
				pages.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})), nil
	}
}

// fromRoot leads from / to the console, and passes all else to next.
func fromRoot(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			http.Redirect(w, r, console.Base+"/", http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hasConsole reports whether a stack has a console: its own, behind its gateway, or one
// where people say who they are.
func hasConsole(s *localaws.Stack) bool {
	p := s.Template.Parameters
	return p["ConsoleClientId"] != "" || p["AuthMode"] == "IAM" || p["JwtIssuer"] == s.URL()
}

// doorOf returns the door for the stack's AuthMode. It returns false if people can't
// just say who they are.
func doorOf(s *localaws.Stack, o localaws.Options, flows source) (localdoor.Who, bool) {
	switch p := s.Template.Parameters; {
	case p["ConsoleClientId"] != "":
		// The stack's own console, behind its gateway.
	case p["AuthMode"] == "IAM":
		return localdoor.Who{People: func() []localdoor.Person { return signers(o.Identities) }, Sign: signAs(o)}, true
	case p["AuthMode"] == "JWT" && p["JwtIssuer"] == s.URL():
		return localdoor.Who{People: func() []localdoor.Person { return people(o.Identities, flows) }, Sign: bearer, Example: "ada@example.com;group,group"}, true
	}
	return localdoor.Who{}, false
}

// bearer signs as a person who is named by e-mail, which the gateway believes.
func bearer(login string) (api.Signer, error) {
	who, groups, _ := strings.Cut(login, ";")
	_, _, named := gateway.Login(who)
	if _, err := gateway.ReadGroups(groups); err != nil || !named || strings.ContainsFunc(login, isControl) {
		return nil, fmt.Errorf("%q is not an e-mail address, with groups after a semicolon if you like", login)
	}
	return api.Bearer(login), nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// signAs returns the signer of the owner of an access key.
func signAs(o localaws.Options) func(string) (api.Signer, error) {
	return func(key string) (api.Signer, error) {
		i, known := o.Identities.Lookup(key)
		if !known {
			return nil, fmt.Errorf("no identity has the access key %q; --identities FILE adds some", key)
		}
		region := o.Region
		if region == "" {
			region = localaws.Region
		}
		return sigv4.New(aws.Config{Region: region, Credentials: credentials.NewStaticCredentialsProvider(i.AccessKey, i.Secret, i.SessionToken)}), nil
	}
}

// signers lists the callers that may sign.
func signers(set *identities.Set) []localdoor.Person {
	var offered []localdoor.Person
	for _, i := range set.All() {
		_, name, _ := strings.Cut(i.ARN, ":"+i.AccountID()+":")
		offered = append(offered, localdoor.Person{Login: i.AccessKey, About: name})
	}
	return offered
}

// people lists the people of the directory in flows, by their groups, and then those
// among the identities, who sign in by e-mail. Machines come last.
func people(set *identities.Set, flows source) []localdoor.Person {
	var logins []string
	names, groups := map[string]string{}, map[string][]string{}
	add := func(login string) {
		if _, _, is := gateway.Login(login); is && !slices.Contains(logins, login) && len(logins) < maxOffered {
			logins = append(logins, login)
		}
	}
	machines := []localdoor.Person{}
	for _, i := range set.All() {
		name := i.ARN[strings.LastIndex(i.ARN, "/")+1:]
		if _, _, isPerson := gateway.Login(name); isPerson {
			add(name)
		} else {
			machines = append(machines, localdoor.Person{Login: i.AccessKey + "|", Name: i.AccessKey, About: "a machine, without an e-mail address"})
		}
	}
	content, _ := flows.read() // the functions report what is wrong with it
	if file, err := flow.Parse(flows.name(), content); err == nil {
		for _, p := range file.Directory.People {
			names[p.Email] = p.Name
			add(p.Email)
		}
		for name, g := range file.Directory.Groups {
			for _, m := range g.Members {
				groups[m] = append(groups[m], name)
				add(m)
			}
		}
	}
	slices.Sort(logins)
	var offered []localdoor.Person
	for _, login := range logins {
		slices.Sort(groups[login])
		about := strings.Join(groups[login], ", ")
		if names[login] != "" {
			about = strings.TrimSuffix(login+" · "+about, " · ")
		}
		offered = append(offered, localdoor.Person{Login: login, Name: names[login], About: about})
	}
	return append(offered, machines...)
}

// flowsOf returns where the file of flows is that functions read: path if set,
// else a file of all functions or that of one function's folder.
func flowsOf(o localaws.Options, path string, live *Live) source {
	if live != nil {
		return source{live: live}
	}
	if path != "" {
		return source{path: path}
	}
	if content, given := o.TaskFiles[FlowsFile]; given {
		return source{content: content}
	}
	return source{path: filepath.Join(o.BuildDir, "RequestFunction", FlowsFile)}
}
