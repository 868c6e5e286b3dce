package handoff_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/handoff"
	"aftercall/tasks/internal/taskstest"
)

// office is a centre whose first contact is not solved, and who works on it.
type office struct {
	taskstest.Centre
	*handoff.Service
	resolution contact.Resolution
	handler    handoff.By
	caller     account.Viewer
	zone       *time.Location
}

func newOffice(t *testing.T, db *database.DB) *office {
	t.Helper()
	o := &office{Centre: taskstest.Planned(t, db, taskstest.Severe(1))}
	var err error
	if o.zone, err = time.LoadLocation("Asia/Shanghai"); err != nil {
		t.Fatal(err)
	}
	o.Service = o.Handoffs
	if o.resolution, err = contact.ResolutionByID(db.View(context.Background()), 1); err != nil {
		t.Fatal(err)
	}
	o.handler = handoff.ByUser(account.Viewer{UserID: 70, Role: account.Handler, TeamIDs: []int64{o.resolution.TeamID}})
	o.caller = taskstest.Caller(7)
	return o
}

// opened is a handoff that the caller opened by hand.
func (o *office) opened(t *testing.T) handoff.Handoff {
	t.Helper()
	h, err := o.Open(context.Background(), o.caller, handoff.Opening{
		Kind: handoff.Unsolved, ResolutionID: o.resolution.ID, ForCaller: o.caller.UserID, Said: "还是上不了网",
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAHandoffHasAnOwnerADeadlineAndALog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		o := newOffice(t, db)
		h := o.opened(t)
		if h.TeamID != o.resolution.TeamID || h.TeamID == 0 || h.DueAt <= o.Now() || h.WarnAt <= o.Now() || h.WarnAt >= h.DueAt {
			t.Fatalf("nobody owes a reply by then: %+v", h)
		}
		taken, err := o.Service.Claim(ctx, o.handler, h.ID, h.Version)
		if err != nil {
			t.Fatal(err)
		}
		answer := handoff.Answer{Words: "换了光猫", Remedy: handoff.Fixed}
		if _, err := o.Reply(ctx, o.handler, h.ID, h.Version, answer); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a reply to what has changed since: %v", err)
		}
		replied, err := o.Reply(ctx, o.handler, h.ID, taken.Version, answer)
		if err != nil || replied.State != handoff.Replied {
			t.Fatalf("the reply: %+v %v", replied, err)
		}
		sheet, err := o.ByID(ctx, o.handler, h.ID)
		if err != nil || len(sheet.Log) != 3 {
			t.Fatalf("the log: %+v %v", sheet.Log, err)
		}
		page, err := o.List(ctx, o.caller, handoff.Filter{})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Customer == "" {
			t.Fatalf("the caller's list: %+v %v", page, err)
		}
	})
}
