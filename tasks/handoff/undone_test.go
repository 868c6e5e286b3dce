package handoff_test

import (
	"context"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/handoff"
	"aftercall/tasks/internal/taskstest"
)

// Who takes back that a second call was cancelled has promised it again.
func TestASecondCallPutBackOpensItsHandoffAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		h := o.opened(t)
		h, err := o.Service.Claim(ctx, o.handler, h.ID, h.Version)
		if err != nil {
			t.Fatal(err)
		}
		if h, err = o.Reply(ctx, o.handler, h.ID, h.Version, handoff.Answer{Words: "已修好", Remedy: handoff.Fixed}); err != nil {
			t.Fatal(err)
		}
		acts := bulk.New(o.DB, o.Callbacks, o.Now)
		act, err := acts.Begin(ctx, taskstest.Supervisor, []int64{h.SecondCallID}, callback.Act{Kind: callback.ActCancel, Why: "误点"})
		if err != nil {
			t.Fatal(err)
		}
		o.Pass(10 * time.Second)
		o.Work(t, callback.JobClosed, o.Settle)
		if sheet, err := o.ByID(ctx, o.handler, h.ID); err != nil || sheet.Handoff.State != handoff.Closed {
			t.Fatalf("a cancelled second call leaves %+v, %v", sheet.Handoff, err)
		}
		if _, err := acts.Undo(ctx, taskstest.Supervisor, act.ID); err != nil {
			t.Fatal(err)
		}
		o.Work(t, callback.JobClosed, o.Settle)
		if sheet, err := o.ByID(ctx, o.handler, h.ID); err != nil || sheet.Handoff.State != handoff.Replied {
			t.Errorf("its call was put back, and it is %+v, %v", sheet.Handoff, err)
		}
	})
}

// Nobody's caller is not every caller who has no number: a token does not end what a customer opened.
func TestATokenDoesNotCloseWhatACustomerOpened(t *testing.T) {
	t.Parallel()
	ctx, o := context.Background(), newOffice(t, dbtest.SQLite(t))
	h := o.opened(t)
	if err := o.DB.View(ctx).Gorm().Exec("UPDATE handoffs SET for_caller = 0, opened_by = 0").Error; err != nil {
		t.Fatal(err)
	}
	machine := handoff.ByUser(account.Viewer{Role: account.Machine, SourceID: h.SourceID, Scopes: account.Scopes()})
	_, err := o.Close(ctx, machine, h.ID, h.Version, handoff.Duplicate, "重复")
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
		t.Errorf("a token closes it: %v", err)
	}
}
