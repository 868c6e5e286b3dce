package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

const password = "correct horse"

// desk is a service with a clock that a test can move.
type desk struct {
	*account.Service
	db  *database.DB
	now clock.Instant
}

func newDesk(db *database.DB) *desk {
	d := &desk{db: db, now: clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))}
	d.Service = account.New(db, []byte("a key for tests only, 32 bytes.."), func() clock.Instant { return d.now })
	return d
}

func (d *desk) add(t *testing.T, login string, role account.Role, teams ...string) account.User {
	t.Helper()
	user, err := d.AddUser(t.Context(), account.NewUser{
		Login: login, Name: "Name of " + login, Password: password, Role: role, Teams: teams, Language: "en",
	})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func (d *desk) login(t *testing.T, login string) string {
	t.Helper()
	entry, err := d.Login(t.Context(), account.Attempt{Login: login, Password: password, IP: "10.0.0.1", UserAgent: "Firefox"})
	if err != nil {
		t.Fatal(err)
	}
	return entry.Session
}

func wantKind(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if f, ok := fault.Of(err); !ok || f.Kind != kind || f.Code != code {
		t.Errorf("error %v, want %v %s", err, kind, code)
	}
}

func TestLoginGivesASessionOfTheUser(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		user := d.add(t, "Wang.Min", account.Caller, "回访一组", "回访二组", "回访一组")
		viewer, err := d.ViewerBySession(t.Context(), d.login(t, " WANG.MIN "))
		if err != nil {
			t.Fatal(err)
		}
		teams, err := d.Teams(t.Context())
		if err != nil || len(teams) != 2 {
			t.Fatalf("teams %v %v", teams, err)
		}
		want := account.Viewer{UserID: user.ID, Name: "Name of Wang.Min", Role: account.Caller, TeamIDs: viewer.TeamIDs, Language: "en"}
		if diff := cmp.Diff(want, viewer); diff != "" || len(viewer.TeamIDs) != 2 {
			t.Errorf("viewer (-want +got):\n%s", diff)
		}
		var entries []account.AuditEntry
		err = db.View(t.Context()).Gorm().Order("id DESC").Find(&entries, "subject_kind = ? AND subject_id = ?", "user", user.ID).Error
		if err != nil || len(entries) != 2 || entries[0].Action != "user.login" || entries[1].Action != "user.added" {
			t.Errorf("audit %+v %v", entries, err)
		}
	})
}

func TestWrongLoginsAreRefusedAlike(t *testing.T) {
	t.Parallel()
	d := newDesk(dbtest.SQLite(t))
	d.add(t, "admin", account.Admin)
	off := d.add(t, "off", account.Caller)
	if err := d.DisableUser(t.Context(), off.ID); err != nil {
		t.Fatal(err)
	}
	for _, try := range [][2]string{
		{"admin", "wrong horse"}, {"nobody", password}, {"off", password}, {"admin", strings.Repeat("x", 1000)}, {"", ""},
	} {
		t.Run(fmt.Sprintf("%s, %.12s", try[0], try[1]), func(t *testing.T) {
			entry, err := d.Login(t.Context(), account.Attempt{Login: try[0], Password: try[1], IP: "10.0.0.1"})
			wantKind(t, err, fault.Unauthenticated, "login_wrong")
			if entry != (account.Entry{}) {
				t.Errorf("%q got a token", try[0])
			}
		})
	}
}

func TestSessionsEndByThemselves(t *testing.T) {
	t.Parallel()
	d := newDesk(dbtest.SQLite(t))
	d.add(t, "wang", account.Caller)

	token := d.login(t, "wang")
	d.now = d.now.Add(account.SessionIdle - time.Second)
	if _, err := d.ViewerBySession(t.Context(), token); err != nil {
		t.Fatalf("used before it was idle too long: %v", err)
	}
	d.now = d.now.Add(account.SessionIdle - time.Second)
	if _, err := d.ViewerBySession(t.Context(), token); err != nil {
		t.Fatalf("use did not keep it alive: %v", err)
	}
	d.now = d.now.Add(account.SessionIdle)
	_, err := d.ViewerBySession(t.Context(), token)
	wantKind(t, err, fault.Unauthenticated, "session_over")

	token = d.login(t, "wang")
	for began := d.now; d.now.Sub(began) < account.SessionLife-time.Hour; d.now = d.now.Add(time.Hour) {
		if _, err := d.ViewerBySession(t.Context(), token); err != nil {
			t.Fatalf("in use after %v: %v", d.now.Sub(began), err)
		}
	}
	d.now = d.now.Add(time.Hour)
	_, err = d.ViewerBySession(t.Context(), token)
	wantKind(t, err, fault.Unauthenticated, "session_over")
}

func TestLogoutAndNewPasswordsEndSessions(t *testing.T) {
	t.Parallel()
	d := newDesk(dbtest.SQLite(t))
	user := d.add(t, "wang", account.Caller)
	first, second, third := d.login(t, "wang"), d.login(t, "wang"), d.login(t, "wang")
	alive := func() (n int) {
		for _, token := range []string{first, second, third} {
			if _, err := d.ViewerBySession(t.Context(), token); err == nil {
				n++
			}
		}
		return n
	}
	if err := d.Logout(t.Context(), first); err != nil || alive() != 2 {
		t.Fatalf("after logout %d live: %v", alive(), err)
	}
	err := d.ChangeOwnPassword(t.Context(), account.Viewer{UserID: user.ID}, second, "wrong", "battery staple")
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "old_password" || alive() != 2 {
		t.Fatalf("wrong old password: %v, %d live", err, alive())
	}
	err = d.ChangeOwnPassword(t.Context(), account.Viewer{UserID: user.ID}, second, password, "battery staple")
	if err != nil || alive() != 1 {
		t.Fatalf("after a new password %d live: %v", alive(), err)
	}
	if _, err := d.ViewerBySession(t.Context(), second); err != nil {
		t.Errorf("the session that changed the password ended: %v", err)
	}
	if err := d.SetPassword(t.Context(), user.ID, "tomato garden"); err != nil || alive() != 0 {
		t.Fatalf("after an administrator's new password %d live: %v", alive(), err)
	}
}

func TestUsersAreCheckedWhenAdded(t *testing.T) {
	t.Parallel()
	d := newDesk(dbtest.SQLite(t))
	_, err := d.AddUser(t.Context(), account.NewUser{Login: "a b", Password: "short", Role: "boss", Language: "fr"})
	f, ok := fault.Of(err)
	if !ok {
		t.Fatal(err)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Name+" "+field.Code)
		if field.Value == "short" {
			t.Error("the password is in the error")
		}
	}
	want := []string{"login no_spaces", "password password_short", "role unknown_value", "language unknown_value"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	d.add(t, "wang", account.Caller)
	_, err = d.AddUser(t.Context(), account.NewUser{Login: "WANG", Password: password, Role: account.Caller})
	wantKind(t, err, fault.Conflict, "login_taken")
}

func TestSomebodyCanAlwaysAdminister(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		one, two := d.add(t, "one", account.Admin), d.add(t, "two", account.Admin)
		asOne := account.WithViewer(t.Context(), account.Viewer{UserID: one.ID, Role: account.Admin})
		wantKind(t, d.DisableUser(asOne, one.ID), fault.Conflict, "disable_self")
		if err := d.DisableUser(asOne, two.ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, d.DisableUser(t.Context(), one.ID), fault.Conflict, "last_admin")
		if err := d.EnableUser(asOne, two.ID); err != nil {
			t.Fatal(err)
		}
		var waits sync.WaitGroup
		for _, id := range []int64{one.ID, two.ID} {
			waits.Go(func() { _ = d.DisableUser(context.WithoutCancel(t.Context()), id) })
		}
		waits.Wait()
		users, err := d.Users(t.Context(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		enabled := 0
		for _, u := range users {
			if u.DisabledAt.IsZero() {
				enabled++
			}
		}
		if enabled != 1 {
			t.Errorf("two administrators disabled at once leave %d", enabled)
		}
	})
}

func TestTokensOpenTheAPIUntilRevoked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		plain, err := d.CreateToken(t.Context(), "help desk", account.Machine, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) != len(account.TokenPrefix)+43 || !strings.HasPrefix(plain, account.TokenPrefix) {
			t.Errorf("token of %d characters", len(plain))
		}
		viewer, err := d.ViewerByToken(t.Context(), plain)
		diff := cmp.Diff(account.Viewer{Name: "help desk", Role: account.Machine, SourceID: 7, Language: "en", TokenID: 1}, viewer)
		if diff != "" || err != nil {
			t.Errorf("viewer %v (-want +got):\n%s", err, diff)
		}
		tokens, err := d.Tokens(t.Context(), 0, 10)
		if err != nil || len(tokens) != 1 || tokens[0].LastUsedAt != d.now || strings.Contains(tokens[0].TokenHash, plain) {
			t.Fatalf("tokens %+v %v", tokens, err)
		}
		for _, wrong := range []string{"", "x", plain[:20], plain + "x", strings.TrimPrefix(plain, account.TokenPrefix)} {
			t.Run(wrong, func(t *testing.T) {
				_, err := d.ViewerByToken(t.Context(), wrong)
				wantKind(t, err, fault.Unauthenticated, "token_unknown")
			})
		}
		if err := d.RevokeToken(t.Context(), tokens[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = d.ViewerByToken(t.Context(), plain)
		wantKind(t, err, fault.Unauthenticated, "token_unknown")
		wantKind(t, d.RevokeToken(t.Context(), tokens[0].ID), fault.NotFound, "token_gone")
		_, err = d.CreateToken(t.Context(), "", account.Machine, 0)
		if f, _ := fault.Of(err); f == nil || len(f.Fields) != 2 {
			t.Errorf("a machine without name and source: %v", err)
		}
	})
}

func TestATokenMayWhatItWasMadeForAndNothingElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		for _, scopes := range [][]account.Scope{nil, {account.GiveConsent}, account.Scopes()} {
			t.Run(fmt.Sprint(scopes), func(t *testing.T) {
				plain, err := d.CreateToken(t.Context(), "help desk", account.Machine, 7, scopes...)
				if err != nil {
					t.Fatal(err)
				}
				viewer, err := d.ViewerByToken(t.Context(), plain)
				if err != nil {
					t.Fatal(err)
				}
				for _, scope := range account.Scopes() {
					if viewer.May(scope) != slices.Contains(scopes, scope) {
						t.Errorf("made for %v: may %s is %v", scopes, scope, viewer.May(scope))
					}
				}
			})
		}
		_, unknown := d.CreateToken(t.Context(), "help desk", account.Machine, 7, "everything")
		_, person := d.CreateToken(t.Context(), "board", account.Supervisor, 0, account.GiveConsent)
		if !fault.Is(unknown, fault.Invalid) || !fault.Is(person, fault.Invalid) {
			t.Errorf("an unknown scope: %v; a scope for a person: %v", unknown, person)
		}
	})
}

func TestTeamsAreInternedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		intern := func(names ...string) (ids map[string]int64) {
			err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) (err error) {
				ids, err = account.InternTeams(tx, names)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return ids
		}
		first := intern("二线组", "", "装维一班", "二线组")
		again := intern("装维一班", "新班组", "二线组")
		if len(first) != 2 || len(again) != 3 || first["二线组"] != again["二线组"] || first["装维一班"] != again["装维一班"] {
			t.Errorf("first %v, again %v", first, again)
		}
		var waits sync.WaitGroup
		for range 4 {
			waits.Go(func() { intern("并发甲", "并发乙") })
		}
		waits.Wait()
		names, err := account.TeamNames(db.View(t.Context()), []int64{first["二线组"], 999})
		if diff := cmp.Diff(map[int64]string{first["二线组"]: "二线组"}, names); diff != "" || err != nil {
			t.Errorf("names %v (-want +got):\n%s", err, diff)
		}
	})
}
