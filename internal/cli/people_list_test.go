package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// requests are what an API lists, by view.
type requests map[string][]map[string]any

// listAPI serves lists in pages of three, and every request of them by its id.
func listAPI(t *testing.T, lists requests) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		query := r.URL.Query()
		view := query.Get("view") + query.Get("flow")
		switch {
		case r.URL.Path == "/flows":
			fmt.Fprint(w, `{"flows":[{"name":"f"}]}`)
		case r.URL.Path == "/activity.csv":
			w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
			from := 0
			_, _ = fmt.Sscan(query.Get("cursor"), &from)
			more := from+3 < len(lists[view])
			if more {
				w.Header().Set("Fasttrack-Next-Cursor", fmt.Sprint(from+3))
			}
			fmt.Fprint(w, "id,reason\r\n")
			for i, of := from, lists[view]; i < min(from+3, len(of)); i++ {
				fmt.Fprintf(w, "%s,\"two\nlines\"\r\n", of[i]["id"])
			}
			if more {
				fmt.Fprint(w, "More requests follow,x\r\n")
			}
		case r.URL.Path == "/requests" && lists[view] == nil:
			w.WriteHeader(400)
			fmt.Fprint(w, `{"status":400,"detail":"not for you"}`)
		case r.URL.Path == "/requests":
			from := 0
			_, _ = fmt.Sscan(query.Get("cursor"), &from)
			page := map[string]any{"runs": lists[view][from:min(from+3, len(lists[view]))]}
			if from+3 < len(lists[view]) {
				page["next_cursor"] = fmt.Sprint(from + 3)
			}
			_ = json.NewEncoder(w).Encode(page)
		default:
			_ = json.NewEncoder(w).Encode(request(strings.Split(r.URL.Path, "/")[2]))
		}
	}))
	t.Cleanup(s.Close)
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // of commands on a terminal
	return s.URL
}

func request(id string) map[string]any {
	return map[string]any{
		"id": id, "flow": "aws-access", "status": "pending", "reason": "have a look",
		"requester": map[string]any{"id": "ada@example.com", "email": "ada@example.com"}, "created_at": "2026-11-23T10:00:00Z",
		"fields": map[string]any{"target": map[string]any{"id": "prod-ro", "label": "Production"}, "why": "x"},
	}
}

func with(r map[string]any, name string, v any) map[string]any {
	r[name] = v
	return r
}

// In a pipe all there is, for programs; --all pages on, and --json makes one list.
func TestList_Piped(t *testing.T) {
	all := []map[string]any{}
	for i := range 7 {
		all = append(all, request(fmt.Sprintf("01JD%021d%d", 0, i)))
	}
	long := strings.Repeat("why ", 40)
	two := with(with(all[0], "reason", long), "review", map[string]any{"approvals": []any{
		map[string]any{"from": "group:security", "count": 1}, map[string]any{"from": "group:sre", "count": 1},
	}, "approved_by": []any{map[string]any{"id": "linus"}}})
	two["waiting_for"] = []any{map[string]any{"from": "group:security", "count": 1, "have": []any{}, "people": []any{"kim@example.com"}}}
	url := listAPI(t, requests{"mine": all, "inbox": {}})
	code, out, messages := inProcess(t, url, "list")
	if want := "01JD0000000000000000000000  aws-access  pending  ada@example.com  2026-11-23T10:00:00Z  prod-ro  1 of 2, security missing  " + long; code != 0 || !strings.Contains(out, want) {
		t.Errorf("it exits %d, and %q is not in:\n%s", code, want, out)
	}
	if n := strings.Count(out, "\n"); n != 4 || !strings.HasPrefix(messages, "More requests: give --cursor 3, or --all\n") {
		t.Errorf("%d lines, then %q:\n%s", n, messages, out)
	}
	if _, out, messages := inProcess(t, url, "list", "--all"); strings.Count(out, "\n") != 8 || messages != "" {
		t.Errorf("--all: %q and\n%s", messages, out)
	}
	_, out, _ = inProcess(t, url, "list", "--all", "--json")
	var got struct {
		Runs []map[string]any
		Next *string `json:"next_cursor"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Runs) != 7 || got.Next != nil || got.Runs[0]["waiting_for"] == nil {
		t.Errorf("--all --json: %v\n%s", err, out)
	}
	if code, out, messages := inProcess(t, url, "list", "--inbox"); code != 0 || out != "" || messages != "Nothing waits for you.\n" {
		t.Errorf("an empty inbox: %d %q %q", code, out, messages)
	}
	if _, out, _ := inProcess(t, url, "list", "--inbox", "--json"); !strings.Contains(out, `"runs": []`) {
		t.Errorf("an empty inbox --json: %q", out)
	}
	for _, line := range []string{"list --all --limit 3", "list --inbox --reviewed", "list --view mine --inbox", "list --live --view all", "list --csv --json", "list --csv --limit 3", "list --from 1d --since 2d", "list --from soon"} {
		if code, _, _ := inProcess(t, url, strings.Fields(line)...); code != exitUsage {
			t.Errorf("%s exits %d", line, code)
		}
	}
}

// --csv prints the API's file; with --all, one file of all of them.
func TestList_CSV(t *testing.T) {
	all := []map[string]any{}
	for i := range 7 {
		all = append(all, request(fmt.Sprint("R", i)))
	}
	url := listAPI(t, requests{"all": all, "mine": {}})
	line := func(i int) string { return fmt.Sprintf("R%d,\"two\nlines\"\r\n", i) }
	code, out, messages := inProcess(t, url, "list", "--view", "all", "--csv")
	if want := "id,reason\r\n" + line(0) + line(1) + line(2) + "More requests follow,x\r\n"; code != 0 || out != want || !strings.HasPrefix(messages, "More requests: give --cursor 3") {
		t.Errorf("it exits %d with %q and prints\n%q, want\n%q", code, messages, out, want)
	}
	want := "id,reason\r\n"
	for i := range all {
		want += line(i)
	}
	if code, out, messages := inProcess(t, url, "list", "--view", "all", "--csv", "--all"); code != 0 || out != want || messages != "" {
		t.Errorf("--all exits %d with %q and prints\n%q, want\n%q", code, messages, out, want)
	}
	if code, out, _ := inProcess(t, url, "list", "--csv"); code != 0 || out != "id,reason\r\n" {
		t.Errorf("an empty list exits %d and prints %q", code, out)
	}
}

// A list says how far it looked and what it may lack, and passes its filters on.
func TestList_Filters(t *testing.T) {
	var asked string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Encode()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"runs":[{"id":"01JD0000000000000000000000","flow":"f","status":"active","requester":{"id":"a"},"created_at":"2026-11-23T10:00:00Z","access":{"ends_at":"2026-11-23T12:00:00Z"},"reason":"why"}],
			"looked":{"requests":12,"back_to":"2026-11-01T00:00:00Z"},"missing":"Something may be missing."}`)
	}))
	t.Cleanup(s.Close)
	code, out, messages := inProcess(t, s.URL, "list", "--live", "--sort", "created", "--flow", "f", "--search", "in voice", "--requester", "ada@example.com", "--decided-by", "code", "--to", "2026-11-30")
	if want := "decided_by=code&flow=f&q=in+voice&requester=ada%40example.com&sort=created&to=2026-11-30T00%3A00%3A00Z&view=live"; code != 0 || asked != want {
		t.Errorf("it exits %d and asks for %s, want %s", code, asked, want)
	}
	if !strings.Contains(out, "MADE                  ENDS                  TARGET") || !strings.Contains(out, "2026-11-23T10:00:00Z  2026-11-23T12:00:00Z  -") {
		t.Errorf("it prints\n%s", out)
	}
	if want := "Looked at 12 requests, back to 2026-11-01T00:00:00Z; to look further back, give --to 2026-11-01T00:00:00Z\nSomething may be missing.\n"; messages != want {
		t.Errorf("it says %q, want %q", messages, want)
	}
	if _, out, _ := inProcess(t, s.URL, "list", "--view", "all", "--json"); !strings.Contains(out, `"missing": "Something may be missing."`) || !strings.Contains(out, `"back_to": "2026-11-01T00:00:00Z"`) {
		t.Errorf("--json prints\n%s", out)
	}
}

// A terminal is filled and never overrun, whatever is stored, and nothing of it
// reaches the terminal as a command.
func TestList_FitsTerminal(t *testing.T) {
	anyText := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("ab \n\x1b\u202e日é👩")), rapid.Rune()))
	rapid.Check(t, func(t *rapid.T) {
		var runs []api.Request
		for i := range rapid.IntRange(1, 4).Draw(t, "requests") {
			r := request(fmt.Sprintf("01JD%021d%d", 0, i))
			r["reason"] = anyText.Draw(t, "reason")
			r["flow"] = rapid.StringMatching(`[a-z-]{1,63}`).Draw(t, "flow")
			r["requester"] = map[string]any{"id": anyText.Draw(t, "requester")}
			r["status"] = rapid.SampledFrom([]string{"pending", "active", "denied", "ended"}).Draw(t, "status")
			r["review"] = map[string]any{"approvals": rapid.IntRange(1, 3).Draw(t, "approvals"), "approved_by": []any{}}
			r["waiting_for"] = []any{map[string]any{"from": "group:" + anyText.Draw(t, "group"), "count": 1}}
			raw, _ := json.Marshal(r)
			var l api.Request
			if err := json.Unmarshal(raw, &l); err != nil {
				t.Fatal(err)
			}
			runs = append(runs, l)
		}
		var out bytes.Buffer
		s := screen{Writer: text.NewWriter(&out), terminal: true, width: rapid.IntRange(40, 200).Draw(t, "width"), now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), zone: time.UTC}
		s.colour = rapid.Bool().Draw(t, "colour")
		rows := rowsOf(runs, s)
		if rapid.Bool().Draw(t, "live") {
			for i := range rows {
				rows[i].ends = s.left(s.now.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "left"))))
			}
		}
		if err := printRows(s, rows, rapid.Bool().Draw(t, "mine")); err != nil {
			t.Fatal(err)
		}
		plain := colourCodes.Replace(out.String())
		if text.Visible(plain) != plain || !s.colour && plain != out.String() {
			t.Fatalf("it prints %q", out.String())
		}
		for line := range strings.Lines(plain) {
			if n := runewidth.StringWidth(strings.TrimRight(line, " \n")); n > s.width {
				t.Fatalf("%d columns, more than %d: %q", n, s.width, line)
			}
		}
	})
}

// colourCodes removes the colours, and nothing else.
var colourCodes = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "")

// On a terminal: short ids, times ago, colours but for NO_COLOR.
func TestList_Terminal(t *testing.T) {
	url := listAPI(t, requests{"mine": {request("01JD0000000000000000ABCDEF"), request("01JD0000000000000001ABCDEF"), request("01JD0000000000000000QRSTVW")}, "inbox": {}})
	t.Setenv("NO_COLOR", "")
	code, out := onConsole(t, 80, url, "list").ends()
	if code != 0 || !strings.Contains(out, "\x1b[1mID       \x1b[0m") || !strings.Contains(out, "1ABCDEF  \x1b[33mpending  \x1b[0maws-access  prod-ro  ") || !strings.Contains(out, "\nQRSTVW   ") {
		t.Errorf("it exits %d:\n%q", code, out)
	}
	if _, out := onConsole(t, 40, url, "list").ends(); !strings.Contains(out, "\x1b[1mQRSTVW\x1b[0m  \x1b[33mpending\x1b[0m\n  aws-access prod-ro, ") {
		t.Errorf("40 columns:\n%q", out)
	}
	if code, out := onConsole(t, 40, url, "list", "--inbox").ends(); code != 0 || out != "Nothing waits for you.\n" {
		t.Errorf("an empty inbox exits %d:\n%q", code, out)
	}
	t.Setenv("NO_COLOR", "1")
	if _, out := onConsole(t, 80, url, "list").ends(); strings.Contains(out, "\x1b") || !strings.Contains(out, "1ABCDEF  pending  aws-access") {
		t.Errorf("NO_COLOR:\n%q", out)
	}
}

func TestScreen_Times(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	on := screen{terminal: true, now: now, zone: time.FixedZone("CET", 3600)}
	for ago, want := range map[time.Duration]string{
		0: "just now", -time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1m ago", 59 * time.Minute: "59m ago", time.Hour: "1h ago",
		26 * time.Hour: "1d ago", 6 * 24 * time.Hour: "6d ago", 8 * 24 * time.Hour: "Nov 15", 365 * 24 * time.Hour: "Nov 23 2025",
	} {
		if got := on.ago(now.Add(-ago)); got != want {
			t.Errorf("%v: %q, want %q", ago, got, want)
		}
		if got := (screen{now: now}).ago(now.Add(-ago)); got != now.Add(-ago).Format(time.RFC3339) {
			t.Errorf("%v in a pipe: %q", ago, got)
		}
	}
	for left, want := range map[time.Duration]string{
		-time.Second: "overdue", 0: "in less than 1m", time.Minute: "in 1m", 59 * time.Minute: "in 59m", 90 * time.Minute: "in 1h30m", 47 * time.Hour: "in 47h00m", 49 * time.Hour: "in 2d",
	} {
		if got := on.left(now.Add(left)); got != want {
			t.Errorf("%v left: %q, want %q", left, got, want)
		}
	}
	if got := on.moment(now); got != "2026-11-23 11:00:00 CET" {
		t.Error(got)
	}
}

// What `list` shows of an id, every command takes.
func TestShortID(t *testing.T) {
	const one, other, reviewed, ofFlow, gone = "01JD0000000000000000ABCDEF", "01JD0000000000000001ABCDEF", "01JD0000000000000000QRSTVW", "01JD0000000000000000FFFFFF", "01JD0000000000000000GGGGGG"
	url := listAPI(t, requests{"mine": {request(one), request(other)}, "inbox": {request(one)}, "reviewed": {request("01JC00000000000000000000A0"), request("01JC00000000000000000000B0"), request("01JC00000000000000000000C0"), request(reviewed)}, "flowf": {request(ofFlow)}})
	p := process(t, map[string]string{"FASTTRACK_URL": url, "FASTTRACK_AS": "ada@example.com"})
	(&caller{process: p, url: url}).shownIDs().add([]string{gone})
	for given, want := range map[string]string{
		one: one, strings.ToLower(one): one, "01JDXXXXXXXXXXXXXXXXXXXXXX": "01JDXXXXXXXXXXXXXXXXXXXXXX", // whole: nothing is looked up
		"0ABCDEF": one, "1abcdef": other, "QRSTVW": reviewed, "…STVW": reviewed, "01JC00000000000000000000A": "01JC00000000000000000000A0",
		"FFFFFF": ofFlow, "GGGGGG": gone,
	} {
		code, out, messages := p.runs(t.Context(), "show", given)
		if code != 0 || !strings.HasPrefix(out, want+"  pending") {
			t.Errorf("%s is not %s: it exits %d with\n%s%s", given, want, code, out, messages)
		}
	}
	for given, want := range map[string]struct {
		code  int
		parts []string
	}{
		"ABCDEF":                      {exitUsage, []string{"ABCDEF matches 2 requests; give more characters:\n", "  " + one + "  aws-access  pending  ada@example.com  2026-11-23T10:00:00Z  have a look\n", "  " + other}},
		"01JD":                        {exitUsage, []string{"matches 3 requests", one, other, reviewed}},
		"DEF":                         {exitUsage, []string{"at least 4"}},
		"nonsense!":                   {exitUsage, []string{`invalid request id "nonsense!"`}},
		"01JD00000000000000000000000": {exitUsage, []string{"invalid request id"}},
		"VVVVVV":                      {exitNotYou, []string{"begins or ends with VVVVVV"}},
	} {
		for _, command := range []string{"show", "explain", "watch", "approve", "deny", "cancel", "revoke", "audit verify"} {
			code, out, messages := p.runs(t.Context(), append(strings.Fields(command), given)...)
			if code != want.code || out != "" {
				t.Errorf("%s %s exits %d, want %d: %s", command, given, code, want.code, out+messages)
			}
			for _, part := range want.parts {
				if !strings.Contains(messages, part) {
					t.Errorf("%s %s: %q is not in:\n%s", command, given, part, messages)
				}
			}
		}
	}
}
