package app

import (
	"net/http"
	"testing"
	"time"

	"aftercall/internal/database/dbtest"
)

// A balancer takes away what is not ready; what lives is not restarted for it.
func TestReadinessTellsTheTruthAboutTheDatabase(t *testing.T) {
	t.Parallel()
	proxy, address, _ := dbtest.MySQLProxy(t)
	cfg := testConfig(t)
	cfg.Database = address.String()
	a := open(t, cfg, Parts{Web: true, Work: true})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait := func(want int) {
		t.Helper()
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for range 400 {
			if got, _ := get(t, a.URL()+"/readyz"); got == want {
				return
			}
			<-look.C
		}
		t.Fatalf("/readyz does not become %d", want)
	}
	wait(http.StatusOK)
	proxy.Close()
	wait(http.StatusServiceUnavailable)
	if status, body := get(t, a.URL()+"/readyz"); body != "not ready: database\n" {
		t.Errorf("%d %q", status, body)
	}
	if status, _ := get(t, a.URL()+"/healthz"); status != http.StatusOK {
		t.Errorf("/healthz is %d", status)
	}
	proxy.Open()
	wait(http.StatusOK)
}
