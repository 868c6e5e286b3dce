package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

// viewer is a user of the desk as they would come.
func (d *desk) viewer(t *testing.T, u account.User) account.Viewer {
	t.Helper()
	teams, err := d.TeamsOfUsers(t.Context(), []int64{u.ID})
	if err != nil {
		t.Fatal(err)
	}
	return account.Viewer{UserID: u.ID, Name: u.Name, Role: u.Role, TeamIDs: teams[u.ID]}
}

// last returns the newest entry of the audit.
func (d *desk) last(t *testing.T) account.AuditLine {
	t.Helper()
	lines, err := d.AuditEntries(t.Context(), account.Viewer{Role: account.Admin}, account.AuditFilter{}, account.AuditKey{}, 1)
	if err != nil || len(lines) != 1 {
		t.Fatalf("the audit: %v %v", lines, err)
	}
	return lines[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAUserIsWhatTheyWereEditedTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		admin := d.viewer(t, d.add(t, "boss", account.Admin)).Through(account.ByPage, "203.0.113.77")
		wang := d.add(t, "wang", account.Caller, "一组")
		edit := account.UserEdit{Name: "王敏 ", Role: account.Handler, Teams: []string{"二组", "三组"}, Language: "zh-CN", Extension: "8001"}
		must(t, d.EditUser(t.Context(), admin, wang.ID, edit))
		got, err := d.UserFor(t.Context(), admin, wang.ID)
		must(t, err)
		if got.Name != "王敏" || got.Role != account.Handler || len(got.TeamIDs) != 2 || got.Extension != "8001" || got.Revision != 1 {
			t.Errorf("they are %+v", got)
		}
		entry := d.last(t)
		if strings.Contains(entry.Detail, "王敏") || strings.Contains(entry.Detail, "8001") || entry.Network != "203.0.113.0/24" {
			t.Errorf("the audit has personal data, or not from where: %+v", entry)
		}
		var words []string
		for _, v := range entry.Details() {
			words = append(words, v.Name+" "+v.Was+" > "+v.Value)
		}
		want := []string{"changed  > name, extension", "language en > zh-CN", "role caller > handler", "teams 1 > 2,3"}
		if diff := cmp.Diff(want, words); diff != "" || entry.Action != "user.edited" || entry.Whom != "王敏" {
			t.Errorf("%s of %s (-want +got):\n%s", entry.Action, entry.Whom, diff)
		}
		edit.Revision = 0
		must(t, d.EditUser(t.Context(), admin, wang.ID, edit)) // nothing changes, nobody is told
		edit.Name = "王敏敏"
		wantKind(t, d.EditUser(t.Context(), admin, wang.ID, edit), fault.Conflict, "user_edited")
		edit.Revision = account.AnyRevision
		must(t, d.EditUser(t.Context(), admin, wang.ID, edit))
		wantKind(t, d.EditUser(t.Context(), admin, admin.UserID, edit), fault.Conflict, "role_self")
	})
}

// Two who take the last two administrators' roles away at once leave one of them, whichever way each does it.
func TestTheLastAdministratorStaysWhateverIsTriedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		one, two := d.add(t, "one", account.Admin), d.add(t, "two", account.Admin)
		command, ctx := account.Viewer{}, context.WithoutCancel(t.Context())
		demoted := account.UserEdit{Name: "x", Role: account.Caller, Revision: account.AnyRevision}
		tries := []func() error{
			func() error { return d.EditUser(ctx, command, one.ID, demoted) },
			func() error { return d.DisableUser(ctx, two.ID) },
			func() error {
				lines := []account.UserLine{{Line: 2, Login: "two", Role: "caller"}}
				plan, err := d.PlanUsers(ctx, account.Viewer{Role: account.Admin}, lines)
				if err != nil {
					return err
				}
				_, err = d.ImportUsers(ctx, account.Viewer{Role: account.Admin}, lines, plan.Key)
				return err
			},
			func() error { return d.EditUser(ctx, command, two.ID, demoted) },
		}
		var waits sync.WaitGroup
		errs := make([]error, len(tries))
		for i, try := range tries {
			waits.Go(func() { errs[i] = try() })
		}
		waits.Wait()
		admins, err := d.ListUsers(ctx, command, account.UserFilter{Role: account.Admin, State: account.UserActive}, "", 10)
		must(t, err)
		if len(admins) != 1 {
			t.Errorf("%d administrators are left: %v", len(admins), errs)
		}
		for _, err := range errs {
			if f, _ := fault.Of(err); err != nil && !slices.Contains([]string{"last_admin", "users_changed", "user_edited"}, f.Code) {
				t.Error(err)
			}
		}
	})
}

func TestASupervisorManagesTheCallersOfTheirTeamsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		boss := d.viewer(t, d.add(t, "boss", account.Supervisor, "一组", "二组"))
		users := map[string]account.User{
			"own": d.add(t, "own", account.Caller, "一组"), "handler": d.add(t, "handler", account.Handler, "二组"),
			"shared": d.add(t, "shared", account.Caller, "一组", "三组"), "foreign": d.add(t, "foreign", account.Caller, "三组"),
			"of all": d.add(t, "all", account.Caller), "marketing": d.add(t, "marketing", account.Marketing, "一组"),
			"supervisor": d.add(t, "supervisor", account.Supervisor, "一组"), "admin": d.add(t, "admin", account.Admin),
		}
		want := map[string]string{
			"own": "", "handler": "", "shared": "user_not_yours", "foreign": "user_unknown", "of all": "user_unknown",
			"marketing": "user_unknown", "supervisor": "user_unknown", "admin": "user_unknown",
		}
		asBoss := account.WithViewer(t.Context(), boss)
		edit := account.UserEdit{Name: "x", Role: account.Caller, Teams: []string{"二组"}, Revision: account.AnyRevision}
		for name, u := range users {
			t.Run(name, func(t *testing.T) {
				for doing, do := range map[string]func() error{
					"edit":    func() error { return d.EditUser(t.Context(), boss, u.ID, edit) },
					"disable": func() error { return d.DisableUser(asBoss, u.ID) },
					"enable":  func() error { return d.EnableUser(asBoss, u.ID) },
					"count":   func() error { _, err := d.HeldBy(t.Context(), boss, u.ID); return err },
					"link":    func() error { _, err := d.LinkPassword(t.Context(), boss, u.ID); return err },
					"reset":   func() error { return d.SetPassword(asBoss, u.ID, "another horse") },
				} {
					err := do()
					f, _ := fault.Of(err)
					if err != nil {
						if f.Code != want[name] && (want[name] != "" || f.Code != "user_disabled") {
							t.Errorf("%s: %v, want %q", doing, err, want[name])
						}
					} else if want[name] != "" {
						t.Errorf("%s was done", doing)
					}
				}
			})
		}
		list, err := d.ListUsers(t.Context(), boss, account.UserFilter{}, "", 50)
		must(t, err)
		var logins []string
		for _, u := range list {
			logins = append(logins, fmt.Sprint(u.Login, " ", u.Mine))
		}
		if diff := cmp.Diff([]string{"handler true", "own true", "shared false"}, logins); diff != "" {
			t.Errorf("they list (-want +got):\n%s", diff)
		}
		for name, n := range map[string]account.NewUser{
			"role": {Role: account.Supervisor, Teams: []string{"一组"}}, "teams": {Role: account.Caller, Teams: []string{"三组"}},
			"no teams": {Role: account.Caller}, "new team": {Role: account.Caller, Teams: []string{"一组", "新组"}},
		} {
			n.Login = "new"
			_, _, err := d.Invite(t.Context(), boss, n)
			if f, _ := fault.Of(err); f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 {
				t.Errorf("adding with a wrong %s: %v", name, err)
			}
		}
		if teams, err := d.Teams(t.Context()); err != nil || len(teams) != 3 {
			t.Errorf("a supervisor made a team: %v %v", teams, err)
		}
		_, _, err = d.Invite(t.Context(), boss, account.NewUser{Login: "new", Role: account.Handler, Teams: []string{"一组"}})
		must(t, err)
		for _, role := range []account.Role{account.Caller, account.Handler, account.Marketing, account.Machine} {
			_, err := d.ListUsers(t.Context(), account.Viewer{UserID: 9, Role: role}, account.UserFilter{}, "", 50)
			wantKind(t, err, fault.Forbidden, "users_role")
		}
	})
}

func TestAMachineManagesUsersButNoAdministrators(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		admin, wang := d.add(t, "admin", account.Admin), d.add(t, "wang", account.Caller)
		hr := account.Viewer{Name: "HR", Role: account.Machine, SourceID: 1, Scopes: []account.Scope{account.ManageUsers}, TokenID: 4}
		plain := hr
		plain.Scopes = nil
		edit := account.UserEdit{Name: "x", Role: account.Supervisor, Revision: account.AnyRevision}
		wantKind(t, d.EditUser(t.Context(), plain, wang.ID, edit), fault.Forbidden, "users_role")
		must(t, d.EditUser(t.Context(), hr, wang.ID, edit))
		wantKind(t, d.EditUser(t.Context(), hr, admin.ID, edit), fault.Forbidden, "users_admin")
		edit.Role = account.Admin
		wantKind(t, d.EditUser(t.Context(), hr, wang.ID, edit), fault.Invalid, "invalid_fields")
		_, _, err := d.Invite(t.Context(), hr, account.NewUser{Login: "root", Role: account.Admin})
		wantKind(t, err, fault.Invalid, "invalid_fields")
		if entry := d.last(t); entry.TokenID != 4 || entry.UserID != 0 {
			t.Errorf("who did it: %+v", entry)
		}
	})
}

func TestALinkSetsOnePasswordOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		admin := d.viewer(t, d.add(t, "boss", account.Admin))
		user, secret, err := d.Invite(t.Context(), admin, account.NewUser{Login: "new", Role: account.Caller})
		must(t, err)
		_, err = d.Login(t.Context(), account.Attempt{Login: "new", Password: "", IP: "10.0.0.1"})
		wantKind(t, err, fault.Unauthenticated, "login_wrong")
		older := secret
		secret, err = d.LinkPassword(t.Context(), admin, user.ID)
		must(t, err)
		set := func(secret, password string) error {
			_, err := d.SetPasswordByLink(context.WithoutCancel(t.Context()), account.Viewer{}, secret, password)
			return err
		}
		wantKind(t, set(older, password), fault.NotFound, "password_link_over")
		wantKind(t, set(secret+"x", password), fault.NotFound, "password_link_over")
		wantKind(t, set(secret, "short"), fault.Invalid, "invalid_fields") // and the link is still good
		var waits sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			waits.Go(func() { errs[i] = set(secret, password) })
		}
		waits.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("used twice at once: %v, %v", errs[0], errs[1])
		}
		d.login(t, "new")
		wantKind(t, set(secret, password), fault.NotFound, "password_link_over")
		secret, err = d.LinkPassword(t.Context(), admin, user.ID)
		must(t, err)
		d.now = d.now.Add(account.LinkLife)
		wantKind(t, set(secret, password), fault.NotFound, "password_link_over")
		must(t, d.Prune(t.Context()))
		secret, err = d.LinkPassword(t.Context(), admin, user.ID)
		must(t, err)
		must(t, d.DisableUser(t.Context(), user.ID))
		must(t, d.EnableUser(t.Context(), user.ID))
		wantKind(t, set(secret, password), fault.NotFound, "password_link_over")
		var hashes []string
		must(t, db.View(t.Context()).Gorm().Table("password_links").Pluck("token_hash", &hashes).Error)
		if len(hashes) != 0 {
			t.Errorf("links are left: %v", hashes)
		}
	})
}

func TestAllColleaguesAreThereHoweverManyThereAre(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		newDesk(db)
		users, teams := make([]account.User, 1203), make([]account.Team, 1203)
		for i := range users {
			users[i] = account.User{Login: fmt.Sprintf("u%04d", i), Name: fmt.Sprintf("n%04d", 1203-i), Role: account.Caller}
			teams[i] = account.Team{Name: fmt.Sprintf("t%04d", 1203-i)}
		}
		must(t, db.View(t.Context()).Gorm().CreateInBatches(&users, 400).Error)
		must(t, db.View(t.Context()).Gorm().CreateInBatches(&teams, 400).Error)
		got, err := account.Colleagues(db.View(t.Context()))
		if err != nil || len(got) != 1203 || got[0].Name != "n0001" {
			t.Errorf("%d colleagues, %v", len(got), err)
		}
		all, err := account.New(db, nil, clock.Now(nil)).Teams(t.Context())
		if err != nil || len(all) != 1203 || all[0].Name != "t0001" {
			t.Errorf("%d teams, %v", len(all), err)
		}
	})
}
