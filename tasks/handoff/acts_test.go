package handoff_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/worktime"
)

func TestASuspendedHandoffHasAsMuchTimeLeftAsBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		o.Pass(22 * time.Hour) // Monday morning
		h := o.opened(t)
		clock := worktime.Clock{Week: worktime.Usual(), Zone: o.zone}
		left := clock.Between(o.Now(), h.DueAt)
		until := o.Now().Add(30 * time.Hour)
		h, err := o.Suspend(ctx, o.handler, h.ID, h.Version, handoff.Suspension{Pretext: handoff.SparePart, Until: until, Words: "等备件"})
		if err != nil || h.Overdue(until) {
			t.Fatalf("%+v %v", h, err)
		}
		o.Pass(31 * time.Hour)
		o.Work(t, handoff.JobWatch, o.Watch)
		sheet, err := o.ByID(ctx, o.handler, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		after := sheet.Handoff
		if after.State != handoff.Open || clock.Between(until, after.DueAt) != left || after.Step != 0 {
			t.Fatalf("%v left, want %v: %+v", clock.Between(until, after.DueAt), left, after)
		}
		urgent, err := o.Weigh(ctx, handoff.ByUser(supervisorOf(after)), h.ID, after.Version, handoff.Urgent, "客户是医院")
		if err != nil {
			t.Fatal(err)
		}
		if want := clock.Add(clock.Add(h.CreatedAt, 4*time.Hour), clock.Between(h.SuspendedAt, until)); urgent.DueAt != want {
			t.Fatalf("weighed anew it is due %v, want %v", urgent.DueAt, want)
		}
	})
}

func supervisorOf(h handoff.Handoff) account.Viewer {
	return account.Viewer{UserID: 80, Role: account.Supervisor, TeamIDs: []int64{h.TeamID}}
}

func TestASuspensionHasAReasonAndALimit(t *testing.T) {
	ctx, o := context.Background(), newOffice(t, dbtest.SQLite(t))
	h := o.opened(t)
	good := handoff.Suspension{Pretext: handoff.Weather, Until: o.Now().Add(time.Hour), Words: "台风"}
	for field, change := range map[string]func(*handoff.Suspension){
		"pretext": func(s *handoff.Suspension) { s.Pretext = "lunch" },
		"until":   func(s *handoff.Suspension) { s.Until = o.Now().Add(8 * 24 * time.Hour) },
		"words":   func(s *handoff.Suspension) { s.Words = " \n" },
	} {
		bad := good
		change(&bad)
		_, err := o.Suspend(ctx, o.handler, h.ID, h.Version, bad)
		if f, _ := fault.Of(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for range handoff.MaxSuspensions {
		var err error
		if h, err = o.Suspend(ctx, o.handler, h.ID, h.Version, good); err != nil {
			t.Fatal(err)
		}
		if h, err = o.Resume(ctx, o.handler, h.ID, h.Version); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.Suspend(ctx, o.handler, h.ID, h.Version, good); !fault.Is(err, fault.Conflict) {
		t.Errorf("once more: %v", err)
	}
}

func TestNobodyPicksOrDialsBeforeTheReply(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		o.Work(t, callback.JobOffer, o.Callbacks.Offer)
		desk := o.Centre.Claim(t, o.caller)
		o.opened(t)
		_, err := o.Callbacks.Dial(ctx, o.caller, desk.Callback.ID, desk.Callback.Fence)
		if f, _ := fault.Of(err); f == nil || f.Args["reason"] != string(callback.ReasonHandoff) {
			t.Errorf("dialled: %v", err)
		}
		given, err := o.Callbacks.Release(ctx, o.caller, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || given.State != callback.Waiting || given.WaitReason != callback.ReasonHandoff {
			t.Errorf("given back: %+v %v", given, err)
		}
		_, err = o.Callbacks.Pick(ctx, o.caller, desk.Callback.ID)
		if f, _ := fault.Of(err); f == nil || f.Args["reason"] != string(callback.ReasonHandoff) {
			t.Errorf("picked: %v", err)
		}
	})
}

func TestAHandoffClosedByHandLetsCallbacksGoOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		o.Work(t, callback.JobOffer, o.Callbacks.Offer)
		h := o.opened(t)
		if _, err := o.Callbacks.Take(ctx, o.caller); !fault.Is(err, fault.NotFound) {
			t.Fatalf("before the reply: %v", err)
		}
		closed, err := o.Close(ctx, o.handler, h.ID, h.Version, handoff.Duplicate, "同一件事已有联系单")
		if err != nil || closed.OpenKey != nil {
			t.Fatal(closed, err)
		}
		o.Work(t, callback.JobOffer, o.Callbacks.Offer)
		if _, err := o.Callbacks.Take(ctx, o.caller); err != nil {
			t.Errorf("after it was closed: %v", err)
		}
		told, err := o.Notices(ctx, supervisorOf(h))
		if err != nil || len(told) != 1 || told[0].Code != handoff.NoticeClosed {
			t.Errorf("who is told: %+v %v", told, err)
		}
		if err := o.SeeNotices(ctx, supervisorOf(h), h.ID); err != nil {
			t.Fatal(err)
		}
		if told, _ := o.Notices(ctx, supervisorOf(h)); len(told) != 0 {
			t.Errorf("seen, and told again: %+v", told)
		}
	})
}

func TestMistakesAreCountedWhereTheyWereMade(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		h := o.opened(t)
		h, err := o.SendBack(ctx, o.handler, h.ID, h.Version, handoff.FilledWrongly, "没写故障现象")
		if err != nil || h.Mistake != handoff.FilledWrongly {
			t.Fatal(h, err)
		}
		if h, err = o.Answer(ctx, handoff.ByUser(o.caller), h.ID, h.Version, "光猫亮红灯", 0); err != nil || h.Mistake != "" {
			t.Fatal(h, err)
		}
		var teams map[string]int64
		dbtest.InTx(t, db, func(tx database.Tx) error {
			teams, err = account.InternTeams(tx, []string{"网络组"})
			return err
		})
		to := handoff.Forwarding{TeamID: teams["网络组"], Words: "不归我们", Wrongly: true}
		if h, err = o.Forward(ctx, o.handler, h.ID, h.Version, to); err != nil || h.TeamID != to.TeamID {
			t.Fatal(h, err)
		}
		if _, err := o.ByID(ctx, o.handler, h.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the team it left still sees it: %v", err)
		}
		counts, err := o.ErrorCounts(ctx, account.Viewer{Role: account.Admin}, h.CreatedAt, o.Now().Add(time.Second))
		if err != nil || len(counts) != 2 {
			t.Fatal(counts, err)
		}
		for _, c := range counts {
			if c.Count != 1 || c.CallerID != o.caller.UserID || c.TeamID != h.FromTeamID {
				t.Errorf("%+v", c)
			}
		}
	})
}

func TestAListGoesOnBehindItsLastRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		template := o.opened(t)
		var all []handoff.Handoff
		for i := range 30 {
			h := template
			h.ID, h.OpenKey, h.ContactID = 0, nil, int64(100+i)
			h.DueAt = template.DueAt.Add(time.Duration(i%7) * time.Hour)
			all = append(all, h)
		}
		dbtest.InTx(t, db, func(tx database.Tx) error { return database.Insert(tx, "handoffs", all) })
		for _, order := range []handoff.Order{handoff.ByDue, handoff.ByAge, handoff.Newest} {
			var ids []string
			f := handoff.Filter{Order: order, Limit: 4}
			for range 20 {
				page, err := o.List(ctx, o.handler.Viewer, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range page.Rows {
					ids = append(ids, fmt.Sprintf("%d-%03d", row.Handoff.DueAt, row.Handoff.ID))
				}
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			sorted := slices.Sorted(slices.Values(ids))
			if len(slices.Compact(sorted)) != 31 || order == handoff.ByDue && !slices.IsSorted(ids) {
				t.Errorf("%s: %s", order, strings.Join(ids, " "))
			}
		}
		if page, err := o.List(ctx, o.handler.Viewer, handoff.Filter{After: "'; DROP"}); err != nil || len(page.Rows) != 31 {
			t.Errorf("a cursor that is none: %d %v", len(page.Rows), err)
		}
	})
}

func TestOnlyWhoMustSeesAndActsOnAHandoff(t *testing.T) {
	ctx, o := context.Background(), newOffice(t, dbtest.SQLite(t))
	h := o.opened(t)
	for name, c := range map[string]struct {
		by         handoff.By
		sees, acts bool
	}{
		"administrator":       {handoff.ByUser(account.Viewer{UserID: 1, Role: account.Admin}), true, true},
		"its supervisor":      {handoff.ByUser(supervisorOf(h)), true, true},
		"another supervisor":  {handoff.ByUser(account.Viewer{UserID: 2, Role: account.Supervisor, TeamIDs: []int64{999}}), false, false},
		"another handler":     {handoff.ByUser(account.Viewer{UserID: 3, Role: account.Handler, TeamIDs: []int64{999}}), false, false},
		"its caller":          {handoff.ByUser(o.caller), true, false},
		"another caller":      {handoff.ByUser(account.Viewer{UserID: 8, Role: account.Caller}), false, false},
		"marketing":           {handoff.ByUser(account.Viewer{UserID: 9, Role: account.Marketing}), false, false},
		"a machine of it":     {handoff.ByUser(account.Viewer{Role: account.Machine, SourceID: h.SourceID}), true, true},
		"another machine":     {handoff.ByUser(account.Viewer{Role: account.Machine, SourceID: h.SourceID + 1}), false, false},
		"its link":            {handoff.ByLink(h.ID, "老周"), true, true},
		"the link of another": {handoff.ByLink(h.ID+1, "老周"), false, false},
		"nobody":              {handoff.By{}, false, false},
	} {
		_, err := o.ByID(ctx, c.by, h.ID)
		if (err == nil) != c.sees || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees it: %v", name, err)
		}
		page, err := o.List(ctx, c.by.Viewer, handoff.Filter{})
		if c.by.Link == 0 && (err != nil || (len(page.Rows) == 1) != c.sees) {
			t.Errorf("%s lists %d: %v", name, len(page.Rows), err)
		}
		after, err := o.Service.Claim(ctx, c.by, h.ID, h.Version)
		if (err == nil) != c.acts {
			t.Errorf("%s claims it: %v", name, err)
		}
		if err == nil {
			if h, err = o.Release(ctx, c.by, h.ID, after.Version); err != nil {
				t.Errorf("%s gives it back: %v", name, err)
			}
		}
	}
}

func TestTheHoursOfATeamSayWhenItsRepliesAreDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, o := context.Background(), newOffice(t, db)
		h := o.opened(t)
		terms := handoff.UsualTerms()
		terms.Spans[1] = handoff.Span{Minutes: 90}
		if err := o.SetTerms(ctx, supervisorOf(handoff.Handoff{TeamID: 999}), h.TeamID, terms); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another team's supervisor: %v", err)
		}
		bad := terms
		bad.Week, bad.Spans[0] = worktime.Week{}, handoff.Span{Minutes: 5, Days: 1}
		if err := o.SetTerms(ctx, supervisorOf(h), h.TeamID, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("no hours: %v", err)
		}
		if err := o.SetTerms(ctx, supervisorOf(h), h.TeamID, terms); err != nil {
			t.Fatal(err)
		}
		if kept, err := o.Terms(ctx, h.TeamID); err != nil || kept.Spans != terms.Spans || fmt.Sprint(kept.Week) != fmt.Sprint(terms.Week) {
			t.Errorf("%+v %v", kept, err)
		}
		if _, err := o.Close(ctx, handoff.ByUser(supervisorOf(h)), h.ID, h.Version, handoff.WrongFilled, "填错"); err != nil {
			t.Fatal(err)
		}
		o.Pass(22 * time.Hour) // 08:05 on Monday
		if again := o.opened(t); again.DueAt.In(o.zone).Format("15:04") != "10:30" {
			t.Errorf("due at %v", again.DueAt.In(o.zone))
		}
		if n := o.Count(t, "jobs", "kind = ? AND state = ?", handoff.JobWatch, outbox.Due); n != 1 {
			t.Errorf("%d watches", n)
		}
	})
}
