package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

func TestZZDoor(t *testing.T) {
	w := fakeslack.New(fakeslack.Options{})
	w.SetUser(fakeslack.User{ID: "U0ADA", Name: "Ada", Email: "ada@example.com"})
	w.SetUser(fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com"})
	w.SetUser(fakeslack.User{ID: "U0GUEST", Name: "Gus", Email: "gus@example.com", Restricted: true})
	stack, err := local.StartWithSlack(t.Context(), "../flows.yaml", w, localaws.Options{TemplatePath: "../template.yaml", BuildDir: "../build", Addr: "127.0.0.1:0", Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(context.Background())
	show := func(what string, a fakeslack.Ack) {
		fmt.Printf("== %s: %d %s %v %s %v\n", what, a.Status, a.Took, a.Err, a.Body, a.Errors)
	}
	view := func(u string) fakeslack.View {
		v, ok := w.OpenView(u)
		fmt.Printf("   view of %s: %v %s\n%s\n", u, ok, v.ID, v.Words())
		return v
	}
	show("command", w.Command("U0ADA", "C1", "aws-access"))
	v := view("U0ADA")
	show("guest", w.Command("U0GUEST", "C1", ""))
	view("U0GUEST")
	a := w.Submit("U0ADA", v.ID, fakeslack.Values{"f:aws-access:target": "#0", "f:aws-access:urgency": "#0", "r:aws-access:": "why *not*"})
	show("submit", a)
	view("U0ADA")
	show("home", w.OpenHome("U0GRACE"))
	h, _ := w.Home("U0GRACE")
	fmt.Println(h.Words())
	time.Sleep(700 * time.Millisecond)
	for _, c := range append(w.Channels(), fakeslack.Channel{ID: fakeslack.DM("U0GRACE")}) {
		for _, m := range w.Messages(c.ID) {
			fmt.Println("--", c.ID, m.Words(), m.Buttons())
		}
	}
	show("approve at home", w.Act("U0GRACE", h.ID, "inbox:0:acts", "approve", nil))
	view("U0GRACE")
	time.Sleep(700 * time.Millisecond)
	view("U0ADA")
	show("home", w.OpenHome("U0ADA"))
	h, _ = w.Home("U0ADA")
	fmt.Println(h.Words())
	show("return", w.Act("U0ADA", h.ID, "access:0:acts", "return", nil))
	view("U0ADA")
	fmt.Println(w.Problems())
}
