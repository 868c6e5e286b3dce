package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"aftercall/internal/account"
	"aftercall/internal/app"
)

func (c *cli) userCommand() *cobra.Command {
	var n account.NewUser
	var role string
	var fromStdin bool
	add := &cobra.Command{
		Use:   "add LOGIN",
		Short: "Add a person who can log in",
		Long: `add adds a user and prints the password it made, once. With --password-stdin it takes the password from the first line of
standard input instead.`,
		Example: `  aftercall user add wangmin --name 王敏 --role caller --team 二线组
  printf '%s\n' "$PASSWORD" | aftercall user add admin --role admin --password-stdin`,
		Args: cobra.ExactArgs(1),
		RunE: c.with(func(ctx context.Context, a *app.App, args []string) error {
			n.Login, n.Role, n.Password = args[0], account.Role(role), rand.Text()[:16]
			if fromStdin {
				line, err := bufio.NewReader(c.stdin).ReadString('\n')
				if line = strings.TrimRight(line, "\r\n"); line == "" {
					return fmt.Errorf("read the password from standard input: %w", err)
				}
				n.Password = line
			}
			user, err := a.Accounts.AddUser(ctx, n)
			if err != nil {
				return asUsage(err)
			}
			fmt.Fprintf(c.stdout, "added %s, %s\n", user.Login, user.Role)
			if !fromStdin {
				fmt.Fprintf(c.stdout, "password: %s\n", n.Password)
			}
			return nil
		}),
	}
	f := add.Flags()
	f.StringVar(&n.Name, "name", "", "name as others see it (default the login)")
	f.StringVar(&role, "role", "", "admin, supervisor, caller, marketing or handler (required)")
	f.StringSliceVar(&n.Teams, "team", nil, "team the person belongs to; may be given several times (default all)")
	f.BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	if err := add.MarkFlagRequired("role"); err != nil {
		panic(err) // a flag of this function that does not exist
	}
	return group("user", "People who can log in", "  aftercall user add wangmin --role caller", add)
}

func (c *cli) tokenCommand() *cobra.Command {
	var name, role, source string
	var scopes []string
	create := &cobra.Command{
		Use:   "create",
		Short: "Create an API token and print it, once",
		Long: `create prints a new API token for a machine. A token of role machine may write contacts of one source; tokens of other roles
read what a person of that role may. Every machine may record withdrawals and suppressions, and ask about the customers of its source
by reference. With --may consent:give it may record that customers consented, with --may permission:ask ask about anybody by number
or e-mail, with --may users:manage add, edit and disable users, but no administrators, with --may handoffs:work read and answer the
handoffs about contacts of its source.`,
		Example: "  aftercall token create --role machine --source helpdesk --may consent:give",
		Args:    cobra.NoArgs,
		RunE: c.with(func(ctx context.Context, a *app.App, _ []string) error {
			var sourceID int64
			if source != "" {
				s, err := a.Contacts.EnsureSource(ctx, source)
				if err != nil {
					return err
				}
				sourceID = s.ID
			}
			if name == "" {
				name = strings.TrimSpace(role + " " + source)
			}
			may := make([]account.Scope, len(scopes))
			for i, scope := range scopes {
				may[i] = account.Scope(scope)
			}
			token, err := a.Accounts.CreateToken(ctx, name, account.Role(role), sourceID, may...)
			if err != nil {
				return asUsage(err)
			}
			_, err = fmt.Fprintln(c.stdout, token)
			return err
		}),
	}
	f := create.Flags()
	f.StringVar(&role, "role", string(account.Machine), "machine, or a role of people")
	f.StringVar(&source, "source", "", "the one source a machine may write to; made if it is new")
	f.StringSliceVar(&scopes, "may", nil,
		"what else a machine may: consent:give, permission:ask, users:manage, handoffs:work; may be given several times")
	f.StringVar(&name, "name", "", "what the token is for, to tell it from others (default role and source)")
	return group("token", "API tokens of machines", "  aftercall token create --role machine --source helpdesk", create)
}
