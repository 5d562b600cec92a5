package planted

var _ = plant(localConsoleBugs...)

var localConsoleBugs = []bug{
	{"open the console twice by one address", "internal/console/localdoor/own.go", `d.secret, d.session = "", rand.Text()`, `d.session = rand.Text()`, "./internal/console/localdoor", ""},
	{"serve a console under any name", "internal/console/localdoor/own.go", "if r.Host != d.host {", "if false {", "./internal/console/localdoor", ""},
	{"serve pages of other sites", "internal/console/localdoor/own.go", `if origin != "http://"+d.host {`, `if origin == "never" {`, "./internal/console/localdoor", ""},
	{"let a browser in without the secret", "internal/console/localdoor/own.go", "if !same(c.Value, d.session) {", `if c.Value == "" {`, "./internal/console/localdoor", ""},
	{"take an empty secret", "internal/console/localdoor/own.go", `return secret != "" && subtle`, "return subtle", "./internal/console/localdoor", ""},
	{"use up an address by looking at it", "internal/console/localdoor/own.go", `if r.Method != http.MethodGet || r.Header.Get("Sec-Purpose") != "" {`, "if false {", "./internal/console/localdoor", ""},
	{"let pages that may call the API use the console", "internal/local/console.go", "pages := loopback.Guard(c.Handler())", "pages := c.Handler()\n\t\t_ = loopback.Guard", "./internal/local", "TestConsole"},
	{"lead to a console that is off", "internal/local/console.go", `p["AuthMode"] == "IAM" || p["JwtIssuer"] == s.URL()`, `true`, "./internal/local", "TestConsole"},
	{"stop a backtest by a link", "internal/console/backtestpage/page.go", `case action == "stop" && r.Method == http.MethodPost:`, `case action == "stop":`, "./internal/console/backtestpage", ""},
	{"run two backtests at once", "internal/console/backtestpage/job.go", "n > 0 && p.jobs[n-1].running()", "n < 0 && p.jobs[n-1].running()", "./internal/console/backtestpage", ""},
	{"try more requests than the limit", "internal/backtest/gather.go", "if o.Max > 0 && len(g.requests) == o.Max {", "if false {", "./internal/backtest", ""},
	{"lose what hooks denied and would approve", "internal/backtest/report.go", "case c.Then.Kind == CodeDenied && now.Says == Approve:", "case false:", "./internal/backtest", ""},
}
