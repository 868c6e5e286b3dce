package account_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

// from is a try of wang's from an address, by a browser with device tokens.
func from(ip, password, devices string) account.Attempt {
	return account.Attempt{Login: "wang", Password: password, IP: ip, Devices: devices}
}

// state is how many rows of tries there are, and how many tries they count.
func (d *desk) state(t *testing.T) (s struct{ Rows, Tries int }) {
	t.Helper()
	err := d.db.View(t.Context()).Gorm().Raw("SELECT COUNT(*) AS `rows`, COALESCE(SUM(count), 0) AS tries FROM login_tries").Scan(&s).Error
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *desk) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	dbtest.InTx(t, d.db, func(tx database.Tx) error { return tx.Gorm().Exec(sql, args...).Error })
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		d.add(t, "wang", account.Caller)
		d.add(t, "li", account.Caller)
		var waits sync.WaitGroup
		var mu sync.Mutex
		kinds := map[fault.Kind]int{}
		for range 14 {
			waits.Go(func() {
				_, err := d.Login(context.WithoutCancel(t.Context()), from("10.0.0.1", "wrong horse", ""))
				mu.Lock()
				defer mu.Unlock()
				kinds[fault.KindOf(err)]++
			})
		}
		waits.Wait()
		if diff := cmp.Diff(map[fault.Kind]int{fault.Unauthenticated: 10, fault.TooMany: 4}, kinds); diff != "" {
			t.Errorf("14 wrong tries at once (-want +got):\n%s", diff)
		}
		if s := d.state(t); s.Rows != 3 || s.Tries != 30 {
			t.Errorf("tries that had to wait were counted: %+v", s)
		}
		_, err := d.Login(t.Context(), from("10.0.0.1", password, ""))
		wantKind(t, err, fault.TooMany, "login_throttled")
		if f, _ := fault.Of(err); f == nil || f.Wait != 15*time.Minute {
			t.Errorf("to wait: %+v", f)
		}
		d.login(t, "li") // from the same address
		d.now = d.now.Add(15 * time.Minute)
		d.login(t, "wang")
	})
}

func TestATryThatHasToWaitWritesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		for range 2 {
			_, err := d.Login(t.Context(), from("10.0.0.1", "wrong horse", ""))
			wantKind(t, err, fault.Unauthenticated, "login_wrong")
		}
		d.exec(t, "UPDATE login_tries SET count = 100") // the address, too, has to wait
		before := d.state(t)
		for _, login := range []string{"wang", "somebody", "else"} {
			t.Run(login, func(t *testing.T) {
				_, err := d.Login(t.Context(), account.Attempt{Login: login, Password: "wrong horse", IP: "10.0.0.1"})
				wantKind(t, err, fault.TooMany, "login_throttled")
			})
		}
		if after := d.state(t); after != before {
			t.Errorf("before %+v, after %+v", before, after)
		}
	})
}

func TestNobodyKeepsAnOwnerFromTheBrowserTheyLoggedInFrom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		d.add(t, "wang", account.Caller)
		d.add(t, "li", account.Caller)
		try := func(a account.Attempt) (account.Entry, error) { return d.Login(t.Context(), a) }
		first, err := try(from("10.0.0.1", password, ""))
		if err != nil {
			t.Fatal(err)
		}
		both, err := try(account.Attempt{Login: "li", Password: password, IP: "10.0.0.1", Devices: first.Devices}) // on the same desk
		if err != nil {
			t.Fatal(err)
		}
		if _, err = try(from("10.0.0.1", "wrong horse", "")); !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
		d.exec(t, "UPDATE login_tries SET count = 1000") // of the pair, the account and the address
		for name, strange := range map[string]string{
			"none": "", "another's": strings.Split(both.Devices, "~")[0],
			"forged": first.Devices[:len(first.Devices)-1] + "x", "nonsense": "~~a.1.b~",
			"made to last longer": strings.Replace(first.Devices, ".18", ".19", 1),
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := try(from("10.0.0.1", password, strange)); !fault.Is(err, fault.TooMany) {
					t.Errorf("with the device token %s: %v", name, err)
				}
			})
		}
		known, err := try(from("10.0.0.1", password, both.Devices))
		if err != nil {
			t.Fatalf("the owner is kept out of a known browser: %v", err)
		}
		if known.Devices == both.Devices || strings.Count(known.Devices, "~") != 1 {
			t.Errorf("devices %s, before %s", known.Devices, both.Devices)
		}
		for range 10 {
			_, err := try(from("10.0.0.9", "wrong horse", known.Devices))
			wantKind(t, err, fault.Unauthenticated, "login_wrong")
		}
		_, err = try(from("10.0.0.9", "wrong horse", known.Devices))
		wantKind(t, err, fault.TooMany, "login_throttled") // whoever took the cookie is slowed down as well
		if _, err := try(from("10.0.0.9", password, first.Devices)); err != nil {
			t.Errorf("another known browser: %v", err)
		}
		d.now = d.now.Add(account.DeviceLife)
		d.exec(t, "UPDATE login_tries SET count = 1000, since = ?", d.now)
		_, err = try(from("10.0.0.1", password, known.Devices))
		wantKind(t, err, fault.TooMany, "login_throttled")
	})
}

func TestCountsOfTriesDoNotGrow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		for _, login := range []string{"a", "b", "c", "d", "e", "f"} {
			if _, err := d.Login(t.Context(), account.Attempt{Login: login, IP: "10.0.0." + login}); !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
		}
		d.now = d.now.Add(15 * time.Minute)
		for range 2 {
			if _, err := d.Login(t.Context(), from("10.0.0.1", "wrong horse", "")); !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
		}
		if s := d.state(t); s.Rows != 3 {
			t.Errorf("after a window: %+v", s)
		}
		for i := range 600 {
			d.exec(t, "INSERT INTO login_tries (try_key, count, since) VALUES (?, 1, 1)", i)
			d.exec(t, "INSERT INTO login_sessions (token_hash, expires_at) VALUES (?, 1)", i)
		}
		if err := d.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		var sessions int64
		err := d.db.View(t.Context()).Gorm().Table("login_sessions").Count(&sessions).Error
		if err != nil || sessions != 0 || d.state(t).Rows != 3 {
			t.Errorf("housekeeping left %+v and %d sessions: %v", d.state(t), sessions, err)
		}
	})
}

func TestOneUserHasOnlySoManySessions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		user := d.add(t, "wang", account.Caller)
		for i := range 130 {
			d.exec(t, "INSERT INTO login_sessions (token_hash, user_id, last_seen_at, expires_at) VALUES (?, ?, ?, ?)",
				i, user.ID, d.now-1, d.now.Add(time.Hour))
		}
		token := d.login(t, "wang")
		if _, err := d.ViewerBySession(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		var sessions int64
		if err := d.db.View(t.Context()).Gorm().Table("login_sessions").Count(&sessions).Error; err != nil || sessions != 100 {
			t.Errorf("%d sessions: %v", sessions, err)
		}
	})
}

func TestAnOpenSessionIsNoPlaceToGuessThePassword(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		viewer := account.Viewer{UserID: d.add(t, "wang", account.Caller).ID}
		own, stolen := d.login(t, "wang"), d.login(t, "wang")
		change := func(token, old string) error {
			return d.ChangeOwnPassword(t.Context(), viewer, token, old, "battery staple")
		}
		for range 10 {
			wantKind(t, change(stolen, "wrong horse"), fault.Invalid, "invalid_fields")
		}
		before := d.state(t)
		wantKind(t, change(stolen, password), fault.TooMany, "login_throttled")
		if after := d.state(t); after != before {
			t.Errorf("before %+v, after %+v", before, after)
		}
		if err := change(own, password); err != nil {
			t.Errorf("the owner, elsewhere: %v", err)
		}
	})
}
