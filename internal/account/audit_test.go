package account_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
)

func TestASupervisorReadsWhatTheirPeopleDid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		d := newDesk(db)
		admin := d.viewer(t, d.add(t, "admin", account.Admin))
		boss := d.viewer(t, d.add(t, "boss", account.Supervisor, "一组"))
		own, other := d.viewer(t, d.add(t, "own", account.Caller, "一组")), d.viewer(t, d.add(t, "other", account.Caller, "二组"))
		must(t, db.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
			for i, e := range []struct {
				viewer account.Viewer
				action string
				kind   string
				id     int64
			}{
				{own, "customer.correct", "customer", 1},
				{other, "customer.correct", "customer", 2},
				{admin, "policy.published", "policy", 3},
				{admin, "token.created", "token", 4},
				{admin, "user.edited", "user", own.UserID},
				{admin, "user.edited", "user", other.UserID},
				{boss, "policy.deleted", "policy", 5},
			} {
				if err := account.Audit(tx, d.now.Add(time.Duration(i+1)*time.Second), e.viewer, e.action, e.kind, e.id, ""); err != nil {
					return err
				}
			}
			return nil
		}))
		read := func(v account.Viewer, f account.AuditFilter) (got []string) {
			t.Helper()
			f.From = d.now.Add(time.Second)
			for before := (account.AuditKey{}); ; {
				lines, err := d.AuditEntries(t.Context(), v, f, before, 2)
				must(t, err)
				for _, l := range lines {
					got = append(got, fmt.Sprint(l.Action, " ", l.SubjectID))
				}
				if len(lines) < 2 {
					return got
				}
				before = lines[1].Key()
			}
		}
		if got := read(admin, account.AuditFilter{}); len(got) != 7 || got[0] != "policy.deleted 5" {
			t.Errorf("an administrator reads %q", got)
		}
		want := []string{
			"policy.deleted 5", fmt.Sprint("user.edited ", own.UserID), "policy.published 3", "customer.correct 1",
		}
		if diff := cmp.Diff(want, read(boss, account.AuditFilter{})); diff != "" {
			t.Errorf("a supervisor reads (-want +got):\n%s", diff)
		}
		for name, f := range map[string]account.AuditFilter{
			"user": {UserID: other.UserID}, "action": {Action: "token.created"}, "object": {SubjectKind: "customer", SubjectID: 2},
			"about": {SubjectKind: "user", SubjectID: other.UserID}, "kind": {SubjectKind: "token"},
		} {
			if got := read(boss, f); len(got) > 0 {
				t.Errorf("by %s a supervisor reads %q of others", name, got)
			}
		}
		_, err := d.AuditEntries(t.Context(), own, account.AuditFilter{}, account.AuditKey{}, 2)
		wantKind(t, err, fault.Forbidden, "audit_role")
		_, err = d.ExportAudit(t.Context(), boss, account.AuditFilter{}, func(account.AuditLine) error { return nil })
		wantKind(t, err, fault.Forbidden, "audit_export_role")
		var actions []string
		n, err := d.ExportAudit(t.Context(), admin, account.AuditFilter{SubjectKind: "policy"}, func(l account.AuditLine) error {
			actions = append(actions, l.Action)
			return nil
		})
		if err != nil || n != 2 || len(actions) != 2 {
			t.Errorf("exported %d: %q, %v", n, actions, err)
		}
		if entry := d.last(t); entry.At > d.now && entry.Action != "policy.deleted" {
			t.Errorf("the newest is %+v", entry)
		}
		if got := read(admin, account.AuditFilter{Action: "audit.exported"}); len(got) > 0 {
			t.Errorf("read %q", got)
		}
		exported, err := d.AuditEntries(t.Context(), admin, account.AuditFilter{Action: "audit.exported"}, account.AuditKey{}, 9)
		if err != nil || len(exported) != 1 || exported[0].Details()[0].Value != "policy" {
			t.Errorf("the export is audited as %+v, %v", exported, err)
		}
		d.now = d.now.Add(account.AuditLife + time.Hour)
		must(t, d.Prune(t.Context()))
		left, err := d.AuditEntries(t.Context(), admin, account.AuditFilter{}, account.AuditKey{}, 9)
		if err != nil || len(left) != 0 {
			t.Errorf("after two years there is %+v, %v", left, err)
		}
	})
}

func TestWhereSomebodyWasIsKeptRoughly(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"203.0.113.77": "203.0.113.0/24", "::ffff:203.0.113.77": "203.0.113.0/24", "2001:db8:1:2:3::4": "2001:db8:1::/48",
		"fe80::1%eth0": "fe80::/48", "": "", "somewhere": "",
	} {
		if got := account.NetworkOf(ip); got != want {
			t.Errorf("%s is kept as %q, want %q", ip, got, want)
		}
	}
}
