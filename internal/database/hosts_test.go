package database_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

func TestWorkMovesToTheNextHostWhenOneIsClosed(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*dbtest.Proxy){"closed": (*dbtest.Proxy).Close, "frozen": (*dbtest.Proxy).Freeze} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, address, target := dbtest.MySQLProxy(t)
			address.Host += "," + dbtest.NewProxy(t, target).Addr()
			db := openAt(t, address.String())
			said := watch(t, db)
			var group sync.WaitGroup
			begun, ended := make(chan struct{}), make(chan struct{})
			transact := func(between func()) {
				group.Go(func() {
					err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
						if err := tx.Gorm().Exec("INSERT INTO persons (version) VALUES (1)").Error; err != nil {
							return err
						}
						between()
						return tx.Gorm().Exec("UPDATE persons SET version = 2 WHERE version = 3").Error
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			for range 8 { // the host ends under these; their second run is on the other one
				transact(sync.OnceFunc(func() { begun <- struct{}{}; <-ended }))
			}
			for range 8 {
				<-begun
			}
			end(first)
			close(ended)
			for range 92 {
				transact(func() {})
			}
			group.Wait()
			if n, err := count(t.Context(), db); n != 100 || err != nil {
				t.Errorf("%d rows of 100 transactions, %v", n, err)
			}
			if got := said.Lines(); got[0] != "" {
				t.Errorf("said %q though one host lives", got)
			}
		})
	}
}

// The first host is back, so that new connections go there, also the watch's; whoever is still on the second must not hang with it.
func TestNobodyHangsOnAHostThatFreezesAfterTheFirstIsBack(t *testing.T) {
	t.Parallel()
	first, address, target := dbtest.MySQLProxy(t)
	second := dbtest.NewProxy(t, target)
	address.Host += "," + second.Addr()
	first.Close()
	db := openAt(t, address.String())
	watch(t, db)
	var runs int
	err := db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		if runs++; runs == 1 {
			first.Open()
			db.ForgetFailures()
			second.Freeze()
		}
		return tx.Gorm().Exec("INSERT INTO persons (version) VALUES (1)").Error
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
	if n, err := count(t.Context(), db); n != 1 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestAnAddressMayNameSeveralHosts(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"mysql://u:p@a:3306,b:3307/name":          "a:3306 b:3307",
		"mysql://u:p@a,b/name?tls=true":           "a:3306 b:3306",
		"mysql://u:p%40@[::1]:3306,[::2]/name":    "[::1]:3306 [::2]:3306",
		"mysql://u:p@one/name":                    "one:3306",
		"mysql://u:p@/name?socket=/run/my.socket": "/run/my.socket",
	} {
		t.Run(address, func(t *testing.T) {
			if hosts, err := database.Hosts(address); err != nil || strings.Join(hosts, " ") != want {
				t.Errorf("%s: %v, %v", address, hosts, err)
			}
		})
	}
	for _, address := range []string{"mysql://u:p@a,/name", "mysql://u:p@,a/name", "mysql://u:p@a:x,b/name", "mysql://u:p@a,b"} {
		t.Run(address, func(t *testing.T) {
			if hosts, err := database.Hosts(address); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, %v", address, hosts, err)
			}
		})
	}
}
