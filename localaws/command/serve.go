package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// stopWithin is how long the functions' processes have to end.
const stopWithin = 10 * time.Second

// Serve prints a report about a running stack to out, waits until ctx ends and closes
// the stack.
func Serve(ctx context.Context, stack *localaws.Stack, out io.Writer, report func(io.Writer, *localaws.Stack)) error {
	report(out, stack)
	fmt.Fprintln(out, "Stop with Ctrl-C.")
	<-ctx.Done()
	fmt.Fprintln(out, "Stopping.")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return stack.Close(stopping)
}

// Report lists what a stack serves, and where.
func Report(out io.Writer, stack *localaws.Stack) {
	t := stack.Template
	fmt.Fprintf(out, "localaws serves %s\n\n", stack.URL())
	list := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, api := range t.APIs {
		for _, r := range api.Routes {
			fmt.Fprintf(list, "route\t%s\t%s\n", r.Key, functionOf(t, r)+" ("+authorization(r)+")")
		}
	}
	for _, f := range t.Functions {
		fmt.Fprintf(list, "function\t%s\t%s\n", f.Name, f.LogicalID)
	}
	for _, m := range t.StateMachines {
		where := cmp.Or(m.Path, m.LogicalID)
		if m.Type == "EXPRESS" {
			where += " (EXPRESS)"
		}
		fmt.Fprintf(list, "state machine\t%s\t%s\n", m.Name, where)
	}
	for _, table := range t.Tables {
		fmt.Fprintf(list, "table\t%s\t%s\n", table.Name, table.LogicalID)
	}
	for _, q := range t.Queues {
		fmt.Fprintf(list, "queue\t%s\t%s\n", q.Name, q.LogicalID)
	}
	for _, b := range t.Buses {
		fmt.Fprintf(list, "event bus\t%s\t%s\n", b.Name, b.LogicalID)
	}
	for _, r := range t.Rules {
		fmt.Fprintf(list, "rule\t%s\t%s\n", r.Name, trigger(r))
	}
	_ = list.Flush() // out reports its own errors
	fmt.Fprintln(out)
	ReportAccess(out, stack)
}

// ReportAccess says how to reach the AWS services and attach functions.
func ReportAccess(out io.Writer, stack *localaws.Stack) {
	for _, note := range stack.Notes() {
		fmt.Fprintln(out, "Note: "+note+".")
	}
	fmt.Fprintf(out, `AWS services:         aws --endpoint-url %s stepfunctions list-state-machines
Own functions:        AWS_LAMBDA_RUNTIME_API=%s
                      (a runtime client that takes no path there, such as Node's: --attach NAME)
`, stack.AWSURL(), stack.Lambda.AttachAddr("NAME"))
	for _, a := range stack.Attached() {
		fmt.Fprintf(out, "Function %s:  AWS_LAMBDA_RUNTIME_API=%s\n", a.Name, a.Addr)
	}
}

func functionOf(t *template.Stack, r template.Route) string {
	name := r.FunctionARN[strings.LastIndex(r.FunctionARN, ":function:")+1:]
	name = strings.TrimPrefix(name, "function:")
	for _, f := range t.Functions {
		if f.Name == name || strings.HasPrefix(name, f.Name+":") {
			return f.LogicalID
		}
	}
	return name
}

func authorization(r template.Route) string {
	switch r.Authorization {
	case "JWT":
		return "bearer token"
	case "AWS_IAM":
		return "signed"
	}
	return "public"
}

func trigger(r template.Rule) string {
	switch {
	case !r.Enabled:
		return "disabled"
	case r.Schedule != "":
		return r.Schedule
	}
	return "events of " + r.Bus
}
