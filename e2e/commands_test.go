package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

type clientKey struct{}

// commands are what the transcripts can say beside testscript's own:
//
//	as WHO                  who calls from here on: "email", "sub|email" or "sub|", perhaps with ";group,group"; "-" is nobody
//	header NAME VALUE       a header of the next call
//	call METHOD PATH BODY   calls the API; BODY is JSON, @FILE or left out
//	repeat FILE A B N C     writes a file: A, N times B, and C
//	status CODE             the last answer's status
//	json PATH VALUE         a value of the last answer, as text; after "!": it is absent
//	matches PATH REGEXP     the same by a regular expression
//	got NAME REGEXP         a header of the last answer
//	save NAME PATH          keeps a value of the last answer as $NAME
//	lower NAME VALUE        keeps a value in lower case as $NAME
//	ahead NAME TIME ZONE    keeps the moment after so much time as $NAME: as the clocks of a zone show it, to the minute; of the zone "unix" in seconds; of the zone "23:00" the first moment from then on at which UTC's clocks show that; without a zone in UTC, with its offset
//	await ID STATUS         reads the request until it has that status
//	exits STATUS PROG ARGS  runs a program, which ends with that exit status
//	id NAME                 keeps the id in the JSON that a program printed
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"as":      as,
	"header":  header,
	"call":    call,
	"repeat":  repeat,
	"status":  status,
	"json":    jsonIs,
	"matches": matches,
	"got":     got,
	"save":    save,
	"lower":   lower,
	"ahead":   ahead,
	"await":   await,
	"exits":   exits,
	"id":      id,
}

func clientOf(ts *testscript.TestScript, neg bool, args []string, least, most int) *client {
	if neg {
		ts.Fatalf("! does not go with this command")
	}
	return clientOfAny(ts, args, least, most)
}

func clientOfAny(ts *testscript.TestScript, args []string, least, most int) *client {
	if len(args) < least || len(args) > most {
		ts.Fatalf("%d to %d arguments were expected", least, most)
	}
	return ts.Value(clientKey{}).(*client)
}

func as(ts *testscript.TestScript, neg bool, args []string) {
	clientOf(ts, neg, args, 1, 1).who = args[0]
}

func header(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 2, 2)
	c.headers = append(c.headers, [2]string{args[0], args[1]})
}

func call(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 2, 3)
	var body []byte
	if len(args) == 3 {
		body = []byte(args[2])
		if file, ok := strings.CutPrefix(args[2], "@"); ok {
			body = []byte(ts.ReadFile(file))
		}
	}
	ts.Check(c.call(args[0], args[1], body))
	fmt.Fprintf(ts.Stdout(), "%d\n%s\n", c.status, c.body)
}

func repeat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: repeat FILE BEFORE TEXT COUNT AFTER")
	}
	n, err := strconv.Atoi(args[3])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]+strings.Repeat(args[2], n)+args[4]), 0o644))
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 1, 1)
	if got := fmt.Sprint(c.status); got != args[0] {
		ts.Fatalf("status is %s, want %s: %s", got, args[0], c.body)
	}
}

func jsonIs(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOfAny(ts, args, 1, 2)
	got, there := c.at(args[0])
	switch {
	case neg && there:
		ts.Fatalf("%s is %s, want it absent", args[0], got)
	case !neg && !there:
		ts.Fatalf("%s is absent: %s", args[0], c.body)
	case !neg && len(args) == 2 && got != args[1]:
		ts.Fatalf("%s is %q, want %q", args[0], got, args[1])
	}
}

func matches(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 2, 2)
	value, there := c.at(args[0])
	if !there || !regexp.MustCompile(args[1]).MatchString(value) {
		ts.Fatalf("%s is %q, want it to match %s: %s", args[0], value, args[1], c.body)
	}
}

func got(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 2, 2)
	if value := c.received.Get(args[0]); !regexp.MustCompile(args[1]).MatchString(value) {
		ts.Fatalf("header %s is %q, want it to match %s", args[0], value, args[1])
	}
}

func save(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 2, 2)
	value, there := c.at(args[1])
	if !there {
		ts.Fatalf("%s is absent: %s", args[1], c.body)
	}
	ts.Setenv(args[0], value)
}

func lower(ts *testscript.TestScript, neg bool, args []string) {
	clientOf(ts, neg, args, 2, 2)
	ts.Setenv(args[0], strings.ToLower(args[1]))
}

func ahead(ts *testscript.TestScript, neg bool, args []string) {
	clientOf(ts, neg, args, 2, 3)
	after, err := time.ParseDuration(args[1])
	ts.Check(err)
	at := time.Now().Add(after).UTC().Format(time.RFC3339)
	if len(args) == 3 && args[2] == "unix" {
		at = strconv.FormatInt(time.Now().Add(after).Unix(), 10)
	} else if clock, err := time.Parse("15:04", args[len(args)-1]); err == nil {
		from := time.Now().Add(after).UTC()
		next := time.Date(from.Year(), from.Month(), from.Day(), clock.Hour(), clock.Minute(), 0, 0, time.UTC)
		if next.Before(from) {
			next = next.AddDate(0, 0, 1)
		}
		at = next.Format(time.RFC3339)
	} else if len(args) == 3 {
		in, err := time.LoadLocation(args[2])
		ts.Check(err)
		at = time.Now().Add(after).In(in).Format("2006-01-02 15:04")
	}
	ts.Setenv(args[0], at)
}

func await(ts *testscript.TestScript, neg bool, args []string) {
	c := clientOf(ts, neg, args, 2, 2)
	deadline := time.Now().Add(30 * time.Second)
	for {
		ts.Check(c.call("GET", "/requests/"+args[0], nil))
		if got, _ := c.at("status"); got == args[1] {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("still not %s: %s", args[1], c.body)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT...]")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("it ended with %d, want %s", got, args[0])
	}
}

func id(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: id NAME")
	}
	var v struct{ ID string }
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &v); err != nil || v.ID == "" {
		ts.Fatalf("there is no id in what was printed")
	}
	ts.Setenv(args[0], v.ID)
}
