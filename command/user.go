package command

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/model"
)

// userCommand manages people from the server's shell, also beside a running
// server.
func userCommand(a *app) *cobra.Command {
	c := &cobra.Command{Use: "user", Short: a.say.T("user.about")}
	c.AddCommand(userAdd(a), userPasswd(a), userList(a))
	return c
}

// shell is the actor of commands that people type on the server.
func shell() model.Actor {
	by := model.System("command")
	by.Via = model.Command
	return by
}

// atDesk opens the desk for one short command.
func (a *app) atDesk(fn func(d *desk.Desk) error) (err error) {
	conf, err := a.load()
	if err != nil {
		return err
	}
	h, err := helpdesk.Open(helpdesk.Config{Settings: conf.Settings})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return fn(h.Desk())
}

func userAdd(a *app) *cobra.Command {
	var n model.NewPerson
	var kind string
	var slugs []string
	var stdin bool
	c := &cobra.Command{
		Use: "add --email E --name N --kind customer|light|agent|admin", Short: a.say.T("user.add"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if n.Kind, err = model.ParseKind(kind); err != nil {
				return &Exit{Misused, errors.New(a.say.T("user.kind_unknown", "Kind", kind))}
			}
			if stdin {
				if n.Password, err = a.password(); err != nil {
					return err
				}
			}
			n.Verified = true
			return a.atDesk(func(d *desk.Desk) error { return a.addUser(c.Context(), d, n, slugs) })
		},
	}
	f := c.Flags()
	f.StringVar(&n.Email, "email", "", a.say.T("user.flag_email"))
	f.StringVar(&n.Name, "name", "", a.say.T("user.flag_name"))
	f.StringVar(&kind, "kind", "customer", a.say.T("user.flag_kind"))
	f.StringArrayVar(&slugs, "department", nil, a.say.T("user.flag_department"))
	f.BoolVar(&stdin, "password-stdin", false, a.say.T("user.flag_password"))
	for _, name := range []string{"email", "name"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // only when the flag above is gone
		}
	}
	return c
}

func (a *app) addUser(ctx context.Context, d *desk.Desk, n model.NewPerson, slugs []string) error {
	known, err := d.DepartmentSlugs(ctx, shell())
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		found := false
		for id, s := range known {
			if s == slug {
				n.Departments, found = append(n.Departments, id), true
			}
		}
		if !found {
			return errors.New(a.say.T("user.department_unknown", "Slug", slug))
		}
	}
	p, err := d.CreatePerson(ctx, shell(), n, "command")
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, a.say.T("user.added", "Kind", string(p.Kind), "Email", p.Email, "ID", int64(p.ID)))
	if n.Password == "" {
		fmt.Fprintln(a.out, a.say.T("user.added_without_password"))
	}
	return nil
}

// password is the first line of standard input.
func (a *app) password() (string, error) {
	line, err := bufio.NewReader(io.LimitReader(a.in, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", &Exit{Misused, errors.New(a.say.T("user.password_missing"))}
	}
	return line, nil
}

func userPasswd(a *app) *cobra.Command {
	var stdin bool
	c := &cobra.Command{
		Use: "passwd E --password-stdin", Short: a.say.T("user.passwd"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !stdin {
				return &Exit{Misused, errors.New(a.say.T("user.password_stdin"))}
			}
			password, err := a.password()
			if err != nil {
				return err
			}
			return a.atDesk(func(d *desk.Desk) error {
				err := d.SetPassword(c.Context(), shell(), args[0], password)
				if errors.Is(err, model.ErrNotFound) {
					return errors.New(a.say.T("user.unknown", "Email", args[0]))
				}
				if err == nil {
					fmt.Fprintln(a.out, a.say.T("user.passwd_done", "Email", args[0]))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&stdin, "password-stdin", false, a.say.T("user.flag_password"))
	return c
}

// userRow is a person as user list --json prints them.
type userRow struct {
	ID          model.PersonID `json:"id"`
	Kind        model.Kind     `json:"kind"`
	Name        string         `json:"name"`
	Email       string         `json:"email"`
	Departments []string       `json:"departments"`
	Narrow      bool           `json:"narrow"` // sees only the departments' tickets
	Active      bool           `json:"active"`
	Password    bool           `json:"has_password"`
	Created     string         `json:"created_at"`
	Seen        string         `json:"seen_at,omitempty"`
}

func userList(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: a.say.T("user.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.atDesk(func(d *desk.Desk) error {
				if asJSON {
					return a.usersJSON(c.Context(), d)
				}
				return a.usersTable(c.Context(), d)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, a.say.T("command.flag_json"))
	return c
}

// users calls fn with everybody, a thousand read at a time.
func users(ctx context.Context, d *desk.Desk, fn func(userRow) error) error {
	slugs, err := d.DepartmentSlugs(ctx, shell())
	if err != nil {
		return err
	}
	for after := model.PersonID(0); ; {
		page, err := d.PeopleAfter(ctx, shell(), after, 1000)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			row := userRow{ID: p.ID, Kind: p.Kind, Name: p.Name, Email: p.Email, Departments: []string{}, Narrow: p.Narrow, Active: p.Active(), Password: p.HasPassword, Created: p.CreatedAt.String()}
			if p.SeenAt != 0 {
				row.Seen = p.SeenAt.String()
			}
			for _, id := range p.Departments {
				row.Departments = append(row.Departments, slugs[id])
			}
			if err := fn(row); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

func (a *app) usersJSON(ctx context.Context, d *desk.Desk) error {
	w := bufio.NewWriter(a.out)
	before := "[\n"
	err := users(ctx, d, func(row userRow) error {
		b, err := json.Marshal(row)
		if err == nil {
			_, err = w.WriteString(before + "  " + string(b))
			before = ",\n"
		}
		return err
	})
	if err != nil {
		return err
	}
	if before == "[\n" {
		before = "["
	} else {
		before = "\n"
	}
	fmt.Fprintln(w, before+"]")
	return w.Flush()
}

func (a *app) usersTable(ctx context.Context, d *desk.Desk) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.say.T("user.head_id"), a.say.T("user.head_kind"), a.say.T("user.head_email"), a.say.T("user.head_name"), a.say.T("user.head_departments"))
	err := users(ctx, d, func(row userRow) error {
		kind := string(row.Kind)
		if !row.Active {
			kind += " " + a.say.T("user.inactive")
		}
		_, err := fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", row.ID, kind, row.Email, model.Clean(row.Name), strings.Join(row.Departments, " "))
		return err
	})
	if err != nil {
		return err
	}
	return w.Flush()
}
