package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/fault"
)

// A cluster notices two transactions that must not run side by side only by what they both write: whoever looks whether something may
// be done writes, also when it may not.
func TestWhoMustBeAloneWritesWhatOthersWriteToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.Decisions.StartDryRun(o.ctx(), o.admin, 1, 7)
	o.must(err)
	if _, err := o.Decisions.StartDryRun(o.ctx(), o.admin, 1, 7); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second dry run: %v", err)
	}
	_, err = o.Campaigns.Snapshot(o.ctx(), o.admin, 1, "another")
	o.must(err)
	o.must(o.Accounts.DisableUser(o.ctx(), 2))
	another := account.WithViewer(o.t.Context(), account.Viewer{UserID: 99, Role: account.Admin})
	if err := o.Accounts.DisableUser(another, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("the last administrator was disabled: %v", err)
	}
	var passed []struct {
		Name   string
		Passed int
	}
	o.must(o.DB.View(o.ctx()).Gorm().Raw("SELECT name, passed FROM guards").Scan(&passed).Error)
	got := map[string]int{}
	for _, p := range passed {
		got[p.Name] = p.Passed
	}
	// Who is refused rolls back: it is the one who goes on that others must meet.
	if diff := cmp.Diff(map[string]int{"dry run of policy 1": 1, "snapshot of audience 1": 2, "administrators": 1}, got); diff != "" {
		t.Error(diff)
	}
	var versions []int
	mark := func() {
		const ofFour = "SELECT DISTINCT rules_version FROM permission_standings WHERE customer_id = 4"
		o.must(o.DB.View(o.ctx()).Gorm().Raw(ofFour).Scan(&versions).Error)
	}
	for range 2 { // a second correction marks what is marked already
		phone := map[bool]string{true: "13900000041", false: "13900000042"}[len(versions) == 0]
		o.take(resolution("P-2", phone, "low", noon.Add(-130*60*1e9)))
		before := slices.Clone(versions)
		mark()
		if cmp.Equal(before, versions) || len(versions) != 1 || versions[0] > 0 {
			t.Errorf("standings are marked %v, before that %v", versions, before)
		}
	}
}
