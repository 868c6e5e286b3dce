package handoff_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/handoff"
)

func TestEachStepTellsWhoIsNextUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		o.Pass(22 * time.Hour) // Monday morning
		h := o.opened(t)
		lead := account.Viewer{UserID: 81, Name: "班长", Role: account.Handler, TeamIDs: []int64{h.TeamID}}
		dbtest.InTx(t, db, func(tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO users (id, login, name, role) VALUES (81, 'lead', '班长', 'handler')").Error
		})
		terms := handoff.UsualTerms()
		terms.LeadID = lead.UserID
		if err := o.SetTerms(ctx, supervisorOf(h), h.TeamID, terms); err != nil {
			t.Fatal(err)
		}
		h, err := o.Service.Claim(ctx, o.handler, h.ID, h.Version)
		if err != nil {
			t.Fatal(err)
		}
		people := map[string]account.Viewer{
			"owner": o.handler.Viewer, "colleague": {UserID: 71, Role: account.Handler, TeamIDs: []int64{h.TeamID}}, "lead": lead,
			"supervisor": supervisorOf(h), "another supervisor": {UserID: 82, Role: account.Supervisor, TeamIDs: []int64{999}},
			"caller": o.caller,
		}
		for _, step := range []struct {
			pass time.Duration
			told string
			code handoff.NoticeCode
		}{
			{h.WarnAt.Sub(o.Now()), "owner", "step_1"},
			{h.DueAt.Sub(h.WarnAt), "lead", "step_2"},
			{2 * time.Hour, "supervisor", "step_3"},
		} {
			o.Pass(step.pass - time.Second)
			o.Work(t, handoff.JobWatch, o.Watch)
			o.wantTold(t, people, "", step.code)
			o.Pass(time.Second)
			o.Work(t, handoff.JobWatch, o.Watch)
			o.wantTold(t, people, step.told, step.code)
		}
		o.Pass(10 * 24 * time.Hour)
		o.Work(t, handoff.JobWatch, o.Watch)
		told, err := o.Notices(ctx, account.Viewer{UserID: 1, Role: account.Admin})
		if err != nil || len(told) == 0 || told[0].Code != "step_4" || told[0].Handoff.ID != h.ID {
			t.Errorf("at last the administrator: %+v %v", told, err)
		}
		if n := o.Count(t, "handoff_notices", "handoff_id = ?", h.ID); n != 4 {
			t.Errorf("%d notices", n)
		}
	})
}

// wantTold fails unless one of the people, or nobody, is told by a code.
func (o *office) wantTold(t *testing.T, people map[string]account.Viewer, who string, code handoff.NoticeCode) {
	t.Helper()
	for name, viewer := range people {
		notices, err := o.Notices(context.Background(), viewer)
		if err != nil {
			t.Fatal(err)
		}
		told := false
		for _, n := range notices {
			told = told || n.Code == code
		}
		if told != (name == who) {
			t.Errorf("%s is told %s: %v", name, code, told)
		}
	}
}
