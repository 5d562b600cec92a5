package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/localdoor"
)

// consoleFlags are the flags of the command.
type consoleFlags struct {
	caller
	backtest consoleBacktest
	port     int
	noOpen   bool
}

func newConsoleCommand(p Process) *cobra.Command {
	var f consoleFlags
	cmd := &cobra.Command{
		Use:   "console",
		Short: "Serve the console on this machine, as you",
		Long: `Serve the web console on this machine until Ctrl-C. Every page calls the API as you,
with your AWS credentials or your token, so that a deployment without sign-in for
people (AuthMode=IAM) has a console, too.

The printed address holds a secret and works once, in one browser. Other users of
this machine, who reach the same port, get 401.

The page Backtest tries the hooks of today with past requests, as the command backtest
does: name them with --table or --file, --flows and --binary.`,
		Example: "  fasttrack console --stack fasttrack\n  fasttrack console --port 8081 --no-open",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.port < 0 || f.port > 65535 {
				return usageError{fmt.Errorf("--port must be 0 to 65535, got %d", f.port)}
			}
			return f.serve(cmd, p)
		},
	}
	f.flags(cmd, p)
	f.backtest.flags(cmd, p)
	cmd.Flags().Lookup("json").Usage = "print the address as JSON, and an error as a problem document on standard error"
	cmd.Flags().IntVar(&f.port, "port", 0, "the port to listen on; 0 is any free one")
	cmd.Flags().BoolVar(&f.noOpen, "no-open", false, "print the address, and leave it to you to open it")
	return cmd
}

// serve serves the console until the command's context ends.
func (f *consoleFlags) serve(cmd *cobra.Command, p Process) error {
	ctx := cmd.Context()
	client, who, err := f.client(ctx)
	if err != nil {
		return err
	}
	// A wrong URL or credential shows here, and not on every page.
	me, err := client.Me(ctx, api.MeInput{})
	if p, is := errors.AsType[*api.Problem](err); is && p.Status == http.StatusNotFound {
		return fmt.Errorf("%s has no GET /me, which the console needs: upgrade the deployment: %w", f.url, err)
	}
	if err != nil {
		return explained(err, who)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(f.port)))
	if err != nil {
		return fmt.Errorf("listen for the console: %w", err)
	}
	door := localdoor.NewOwn(listener.Addr().String(), consoleSigner(who))
	c, err := console.New(console.Options{API: f.url, Sessions: door, Extras: []console.Extra{f.backtest.page(cmd, p)}})
	if err != nil {
		return errors.Join(usageError{err}, listener.Close())
	}
	server := &http.Server{Handler: door.Guard(c.Handler()), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if err := f.announce(cmd, door.Address(), cmp.Or(me.Email, me.ID)); err != nil {
		return errors.Join(err, server.Close())
	}
	select {
	case err = <-served:
		return fmt.Errorf("serve the console: %w", err)
	case <-ctx.Done():
		return server.Close()
	}
}

// announce prints the address, and opens it.
func (f *consoleFlags) announce(cmd *cobra.Command, address, as string) error {
	out := cmd.OutOrStdout()
	if f.json {
		if err := printJSON(out, map[string]string{"url": address}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "The console of %s, as %s:\n\n  %s\n\nThe address works once, in one browser. Stop with Ctrl-C.\n", f.url, as, address)
	}
	if f.noOpen {
		return nil
	}
	if err := openBrowser(cmd.Context(), address); err != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "No browser opened (%v): open the address yourself.\n", err)
	}
	return nil
}

// openBrowser opens an address in the person's browser.
func openBrowser(ctx context.Context, address string) error {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	opening := exec.CommandContext(context.WithoutCancel(ctx), name, args...) // #nosec G204 -- the address is the console's own
	if err := opening.Start(); err != nil {
		return err
	}
	go func() { _ = opening.Wait() }() // the browser may go on for longer than the console
	return nil
}
