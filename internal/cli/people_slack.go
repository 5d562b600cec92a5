package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newSlackCommand(p Process) *cobra.Command {
	var a caller
	var all bool
	cmd := &cobra.Command{
		Use:   "slack",
		Short: "List and link your Slack accounts",
		Long: `List the Slack accounts that are linked to you: what they do in Slack counts as done
by you. Admins list those of everybody with --all.`,
		Example: "  fasttrack slack\n  fasttrack slack link ABCD-EFGH",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			more := false
			list, response, err := call(ctx, &a, func(c *api.Client, capture api.CallOption) (list []api.SlackAccount, err error) {
				list, more, err = c.SlackAccounts(ctx, all, capture)
				return list, err
			})
			switch {
			case err != nil:
				return err
			case a.json:
				return printRaw(cmd.OutOrStdout(), response.Body)
			}
			return printSlackAccounts(cmd.OutOrStdout(), list, more)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list those of everybody, as an admin")
	a.flags(cmd, p)
	cmd.AddCommand(newSlackLinkCommand(p), newSlackUnlinkCommand(p))
	return cmd
}

func printSlackAccounts(w io.Writer, list []api.SlackAccount, more bool) error {
	if len(list) == 0 {
		fmt.Fprintln(w, "no linked Slack account; type /fasttrack link in Slack for a code")
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tPERSON\tSLACK NAME\tSLACK E-MAIL\tLINKED")
	for _, a := range list {
		linked := a.LinkedAt.Format("2006-01-02")
		if a.FirstUse {
			linked += " by first use"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", text.Line(a.ID), text.Line(a.Person.ID), text.Line(a.Name), text.Line(a.Email), linked)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if more {
		fmt.Fprintln(w, "there are more than these 100")
	}
	return nil
}

func newSlackLinkCommand(p Process) *cobra.Command {
	var a caller
	var yes bool
	cmd := &cobra.Command{
		Use:   "link CODE",
		Short: "Link a Slack account to you, by its code",
		Long: `Link a Slack account to you. Type /fasttrack link in Slack for its code, which works
once, within 10 minutes. The command shows whose account it is and asks before it links
it; --yes doesn't ask.

Link only your own account, by a code that you got in Slack yourself: whoever has the
account then requests and decides as you.`,
		Example: "  fasttrack slack link ABCD-EFGH",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if !yes {
				if err := confirmSlackLink(ctx, cmd, &a, args[0]); err != nil {
					return err
				}
			}
			linked, response, err := call(ctx, &a, func(c *api.Client, capture api.CallOption) (*api.SlackAccount, error) {
				return c.LinkSlackAccount(ctx, api.SlackLinkInput{Code: args[0], Confirm: true}, capture)
			})
			switch {
			case err != nil:
				return err
			case a.json:
				return printRaw(cmd.OutOrStdout(), response.Body)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "linked %s to %s; fasttrack slack unlink %s ends that\n", text.Line(slackName(*linked)), text.Line(linked.Person.ID), text.Line(linked.ID))
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "link without asking")
	a.flags(cmd, p)
	return cmd
}

// confirmSlackLink shows whose account a code links, and asks. Its error says that nothing
// was linked.
func confirmSlackLink(ctx context.Context, cmd *cobra.Command, a *caller, code string) error {
	found, _, err := call(ctx, a, func(c *api.Client, capture api.CallOption) (*api.SlackAccount, error) {
		return c.LinkSlackAccount(ctx, api.SlackLinkInput{Code: code}, capture)
	})
	if err != nil {
		return err
	}
	ask := newPrompter(cmd, a.json)
	if ask == nil {
		return usageError{fmt.Errorf("this would link %s to %s; give --yes to link it without a terminal", text.Line(slackName(*found)), text.Line(found.Person.ID))}
	}
	typed, err := ask.line(fmt.Sprintf("Link %s to %s? Whoever has the account then acts as you (yes/no)", slackName(*found), found.Person.ID))
	if err != nil {
		return err
	}
	if typed != "yes" && typed != "y" {
		return errors.New("nothing was linked")
	}
	return nil
}

// slackName says which account it is.
func slackName(a api.SlackAccount) string {
	return fmt.Sprintf("the Slack account %s (%s) of %s in the workspace %s", cmp.Or(a.Name, a.User), a.ID, a.Email, cmp.Or(a.Workspace, a.Team))
}

func newSlackUnlinkCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:     "unlink ID",
		Short:   "End the link of a Slack account",
		Long:    "End the link of a Slack account of yours, by the id that fasttrack slack lists. Admins end those of everybody.",
		Example: "  fasttrack slack unlink T0123ABCD-U0456EFGH",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			gone, response, err := call(ctx, &a, func(c *api.Client, capture api.CallOption) (*api.SlackAccount, error) {
				return c.UnlinkSlackAccount(ctx, args[0], capture)
			})
			switch {
			case err != nil:
				return err
			case a.json:
				return printRaw(cmd.OutOrStdout(), response.Body)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is no longer linked to %s\n", text.Line(slackName(*gone)), text.Line(gone.Person.ID))
			return nil
		},
	}
	a.flags(cmd, p)
	return cmd
}
