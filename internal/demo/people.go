package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// phone returns the number in E.164.
func (p somebody) phone() string { return "+86" + strings.ReplaceAll(p.input.Phones[0], " ", "") }

// Login is a way into the demo, made for one run.
type Login struct {
	Role     account.Role
	Login    string
	Password string
}

// Logins gives every role of a built demo a new password and returns them.
func Logins(ctx context.Context, accounts *account.Service) ([]Login, error) {
	users, err := accounts.Users(ctx, "", 100)
	if err != nil {
		return nil, fmt.Errorf("make logins: %w", err)
	}
	var logins []Login
	for _, role := range account.Roles() {
		i := slices.IndexFunc(users, func(u account.User) bool { return u.Login == string(role) })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "demo_user_missing", "the demo has lost its user "+string(role))
		}
		password := rand.Text()[:12]
		if err := accounts.SetPassword(ctx, users[i].ID, password); err != nil {
			return nil, fmt.Errorf("make logins: %w", err)
		}
		logins = append(logins, Login{role, users[i].Login, password})
	}
	return logins, nil
}

// addPeople adds a user for every role and two more callers. Nobody knows their passwords: see Logins.
func (l *life) addPeople(ctx context.Context) error {
	w := l.words
	add := func(login, name string, role account.Role) error {
		user, err := l.Accounts.AddUser(ctx, account.NewUser{
			Login: login, Name: name, Password: rand.Text(), Role: role, Language: l.Language,
		})
		if err != nil {
			return err
		}
		switch viewer := (account.Viewer{UserID: user.ID, Name: name, Role: role, Language: l.Language}); role {
		case account.Caller:
			l.callers = append(l.callers, viewer)
		case account.Supervisor:
			l.lead = viewer
		case account.Handler:
			l.handler = viewer
		case account.Admin, account.Marketing, account.Machine:
		}
		return nil
	}
	for _, role := range account.Roles() {
		if err := add(string(role), w.roleNames[string(role)], role); err != nil {
			return err
		}
	}
	for i, name := range w.callerNames[1:] {
		if err := add(fmt.Sprintf("caller%d", i+2), name, account.Caller); err != nil {
			return err
		}
	}
	return nil
}

// permit records what the contracts of some customers say about marketing, and the few who want to hear nothing.
func (l *life) permit(ctx context.Context) error {
	customers, err := l.customers(ctx)
	if err != nil {
		return err
	}
	signed := l.until.Add(-days * 24 * time.Hour)
	var consents []permission.ConsentEvent
	var refusing []int64
	for _, id := range customers {
		switch n := l.random.IntN(100); {
		case n < 44:
			for _, purpose := range []permission.Purpose{permission.MarketingCall, permission.MarketingMessage} {
				consents = append(consents, permission.ConsentEvent{
					CustomerID: id, Purpose: purpose, Given: true, Basis: "consent",
					Wording: "contract-1", Source: "import", Evidence: "contract", At: signed,
				})
			}
		case n < 47:
			refusing = append(refusing, id)
		}
	}
	return l.DB.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := l.Permission.RecordConsent(tx, consents...); err != nil {
			return err
		}
		subjects, err := contact.Subjects(tx, refusing)
		if err != nil {
			return err
		}
		for _, id := range refusing {
			err := l.Permission.Refuse(tx, permission.Refusal{
				Subject: subjects[id], Scope: permission.MarketingOnly, Source: "call", Evidence: "demo", At: l.until,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// customers returns the ids of everybody whose contacts were taken, in order.
func (l *life) customers(ctx context.Context) ([]int64, error) {
	var ids []int64
	for chunk := range slices.Chunk(l.taken, 500) {
		found, err := contact.ContactsByID(l.DB.View(ctx), chunk)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			ids = append(ids, c.CustomerID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// CentreName returns what the demo centre is called in a language.
func CentreName(language string) string { return wordsFor(language).centreName }
