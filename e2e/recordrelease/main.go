// Command recordrelease writes down what a release of fasttrack leaves to the
// next: it asks for things of one that runs, has each request wait somewhere
// else in its life, and writes the table and where each execution stands, all by
// the APIs of AWS and the release's own.
//
//	go run ./e2e/recordrelease -url http://127.0.0.1:8080 -release "with access" -commit 993e14f > e2e/torture/testdata/releases/2.json
//
// e2e/torture/testdata/releases/README.md says what must run. With -finish it does
// the rest once another release is deployed over it: it acts, waits, and fails
// unless every request has ended as it must.
//
//	go run ./e2e/recordrelease -url http://127.0.0.1:8080 -finish 2.json
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

// Recording is what is written.
type Recording struct {
	Release string `json:"release"`
	Commit  string `json:"commit"`
	// Issuer is that of its people's tokens, which is part of who they are; releases 1 to 3
	// knew people by their address alone.
	Issuer string `json:"issuer,omitempty"`
	// At is when it was recorded: the clock goes on from there.
	At   time.Time `json:"at"`
	Runs []Run     `json:"runs"`
	// Items are those of the table, as DynamoDB returns them.
	Items []json.RawMessage `json:"items"`
	// Heard is the events and responses of the release's hooks.
	Heard []Heard `json:"heard"`
}

// Run is a run that waits.
type Run struct {
	ID string `json:"id"`
	// Then is what is to happen to it.
	Then string `json:"then"`
	// State is where its execution stands, Document the state's input. Lane says that
	// the execution is the lane's.
	State    string          `json:"state"`
	Lane     bool            `json:"lane,omitempty"`
	Document json.RawMessage `json:"document"`
	// Hash is that of the last entry of its history.
	Hash string `json:"hash,omitempty"`
}

// Heard is one invocation of a hook function.
type Heard struct {
	Asked    json.RawMessage `json:"asked"`
	Answered json.RawMessage `json:"answered"`
}

// plan is how a run comes to the state that it is recorded in.
type plan struct {
	then, flow, reason, target string
	seconds                    int
	// token is the value of a sensitive field; a request that has one sends a
	// context along.
	token string
	// acts are done in turn, each in the state where it may be: "WHO ACT", where
	// WHO is "-" for the requester.
	acts []string
	// at is the state that it stands in, or ended in.
	at string
}

var plans = []plan{
	{then: "approve", flow: "plain", at: "Review"},
	{then: "deny", flow: "plain", at: "Review"},
	{then: "cancel", flow: "plain", at: "Review"},
	{then: "expire", flow: "plain", at: "Review"},
	{then: "approve", flow: "two", acts: []string{"grace approve"}, at: "Review"},
	{then: "approve", flow: "guarded", at: "Review"},
	{then: "ask again", flow: "plain", reason: "hang in on_request, else fast", at: "OnRequest"},
	{then: "ask again", flow: "guarded", reason: "hang in on_approve", acts: []string{"grace approve"}, at: "Hook"},
	{then: "give", flow: "access", target: "prod", at: "Review"},
	{then: "deny", flow: "access", target: "prod", at: "Review"},
	{then: "approve", flow: "guarded", acts: []string{"root approve"}, at: "Review"},
	{then: "approve", flow: "secret", token: "hunter2", at: "Review"},
	{then: Stay, flow: "limited", reason: "fast", at: "Approved"},
	{then: Stay, flow: "two", acts: []string{"grace approve", "linus approve"}, at: "Approved"},
	{then: Stay, flow: "secret", token: "hunter2", acts: []string{"grace deny"}, at: "Denied"},
	{then: Stay, flow: "plain", acts: []string{"- cancel"}, at: "Canceled"},
	{then: Stay, flow: "brief", at: "Expired"},
}

// Stay is what is to happen to a run that is over.
const Stay = "stay"

var accessPlans = []plan{
	{then: "end", flow: "access", reason: "fast", target: "prod", at: "Active"},
	{then: "revoke", flow: "access", reason: "fast", target: "prod", at: "Active"},
	{then: "take back", flow: "access", reason: "fast", target: "stuck", seconds: 20, at: "Pause"},
	{then: "go on giving", flow: "access", reason: "fast", target: "slow", at: "Grant"},
	{then: "end", flow: "access", reason: "fast", target: "standing", at: "Active"},
	{then: Stay, flow: "access", reason: "fast", target: "prod", seconds: 20, at: "Ended"},
	{then: Stay, flow: "access", reason: "fast", target: "prod", acts: []string{"linus revoke"}, at: "Revoked"},
	{then: Stay, flow: "access", reason: "fast", target: "refused", at: "Failed"},
}

func main() {
	url := flag.String("url", "http://127.0.0.1:8080", "where the release answers")
	aws := flag.String("aws", "", "where AWS answers; /_aws of the url by default")
	finish := flag.String("finish", "", "a file with what an older release left")
	patience := flag.Duration("patience", 5*time.Minute, "how long its requests may take to end")
	release := flag.String("release", "", "what the release is called")
	commit := flag.String("commit", "", "the commit it was built from")
	access := flag.Bool("access", true, "whether the release grants access")
	flag.Parse()
	if *aws == "" {
		*aws = *url + "/_aws"
	}
	s := system{*url, *aws}
	rec := Recording{Release: *release, Commit: *commit, Issuer: *url}
	var err error
	if *finish != "" {
		err = finishFile(*finish, s, *patience)
	} else if err = rec.record(s, *access); err == nil {
		err = write(rec)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "recordrelease:", err)
		os.Exit(1)
	}
}

func finishFile(path string, s system, patience time.Duration) error {
	var rec Recording
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &rec); err != nil {
		return err
	}
	return rec.finish(s, patience)
}

func write(rec Recording) error {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(rec)
}

// record starts each run, those that wait shortest last, and writes down where
// all of them stand.
func (rec *Recording) record(s system, access bool) error {
	all := slices.Clone(plans)
	if access {
		all = append(all, accessPlans...)
	}
	brief := func(p plan) int {
		return slices.Index([]string{"Review", "Active", "Pause", "OnRequest", "Hook", "Grant"}, p.at)
	}
	slices.SortStableFunc(all, func(a, b plan) int { return brief(a) - brief(b) })
	if err := s.logAll(); err != nil {
		return err
	}
	for i, p := range all {
		id, err := s.start(p, fmt.Sprintf("person%d@example.com", i))
		if err != nil {
			return fmt.Errorf("%s a run of %s: %w", p.then, p.flow, err)
		}
		rec.Runs = append(rec.Runs, Run{ID: id, Then: p.then, State: p.at})
	}
	var err error
	for i := range rec.Runs {
		r := &rec.Runs[i]
		if r.Document, r.Lane, err = s.waits(r.ID, r.State); err != nil {
			return fmt.Errorf("run %s: %w", r.ID, err)
		}
		v, err := s.view(r.ID)
		if err != nil {
			return err
		}
		r.Hash = v.History[len(v.History)-1].Hash
	}
	if rec.Items, err = s.items(); err != nil {
		return err
	}
	for _, r := range rec.Runs {
		heard, err := s.heard(r.ID)
		if err != nil {
			return err
		}
		rec.Heard = append(rec.Heard, heard...)
	}
	rec.At = time.Now().UTC()
	return nil
}
