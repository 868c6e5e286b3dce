package courier_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/tasks/internal/taskstest"
)

var manager = account.Viewer{UserID: 1, Role: account.Admin}

// field is a centre whose first contact's team has a lead who never logs in.
type field struct {
	taskstest.Centre
	handoffs *handoff.Service
	couriers *courier.Service
	team     int64
}

func newField(t *testing.T, db *database.DB) *field {
	t.Helper()
	f := &field{Centre: taskstest.Planned(t, db, taskstest.Severe(1))}
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	f.handoffs = handoff.New(db, f.Callbacks, f.Permit, f.Now, handoff.Options{Zone: zone, Region: "CN", Tell: courier.Tell})
	key := []byte("a key for tests only, 32 bytes..")
	f.couriers = courier.New(db, f.handoffs, f.Now, courier.Options{
		Key: key, PublicURL: "https://care.example.com", CentreName: "安心宽带", Region: "CN", Zone: zone,
		Addresses: delivery.NewVault(key, "handoff contact"),
	})
	r, err := contact.ResolutionByID(db.View(t.Context()), 1)
	must(t, err)
	f.team = r.TeamID
	f.add(t, courier.NewContact{TeamID: f.team, Name: "王班长", Way: courier.BySMS, Address: "139 1234 8000", Language: "zh-CN"})
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *field) add(t *testing.T, n courier.NewContact) {
	t.Helper()
	must(t, f.couriers.AddContact(t.Context(), manager, n))
}

func (f *field) open(t *testing.T) handoff.Handoff {
	t.Helper()
	h, err := f.handoffs.Open(t.Context(), manager, handoff.Opening{Kind: handoff.Unsolved, ResolutionID: 1, Said: "还是上不了网"})
	must(t, err)
	f.Work(t, courier.JobTell, f.couriers.Plan)
	return h
}

// send sends what is due, with an answer of the gateway, and returns it.
func (f *field) send(t *testing.T, answer error) (sent []courier.Outgoing) {
	t.Helper()
	for _, job := range f.Jobs(t, courier.JobLink) {
		out, ok, err := f.couriers.Begin(t.Context(), f.Queued(t, job), job.Ref)
		must(t, err)
		if ok {
			sent = append(sent, out)
			if err := f.couriers.Sent(t.Context(), out.Ticket, out.LinkID, answer); err != nil && answer == nil {
				t.Fatal(err)
			}
		}
	}
	return sent
}

func tokenOf(out courier.Outgoing) string {
	_, token, _ := strings.Cut(out.Text, "/h/")
	return token
}

func TestATeamLeadOnAPhoneClaimsAndReplies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		f := newField(t, db)
		f.open(t)
		sent := f.send(t, nil)
		if len(sent) != 1 || sent[0].To != "+8613912348000" || strings.Contains(sent[0].Text, "8000") {
			t.Fatalf("sent: %+v", sent)
		}
		token := tokenOf(sent[0])
		v, err := f.couriers.ByToken(t.Context(), token)
		must(t, err)
		if v.Sheet.Handoff.Said != "还是上不了网" || !v.Sheet.May.Claim || v.Sheet.May.Forward || len(v.Phones) == 0 {
			t.Fatalf("what is behind the link: %+v", v)
		}
		if _, _, err := f.couriers.By(t.Context(), token, " "); !fault.Is(err, fault.Invalid) {
			t.Fatalf("nobody acts: %v", err)
		}
		by, id, err := f.couriers.By(t.Context(), token, "王班长")
		must(t, err)
		taken, err := f.handoffs.Claim(t.Context(), by, id, v.Sheet.Handoff.Version)
		must(t, err)
		_, err = f.handoffs.Reply(t.Context(), by, id, taken.Version, handoff.Answer{Words: "换了光猫", Remedy: handoff.Fixed})
		must(t, err)
		sheet, err := f.handoffs.ByID(t.Context(), handoff.ByUser(manager), id)
		must(t, err)
		if last := sheet.Log[len(sheet.Log)-1]; sheet.Handoff.State != handoff.Replied || last.By != "王班长" {
			t.Errorf("replied: %s by %q", sheet.Handoff.State, last.By)
		}
	})
}

func TestALinkIsSentAtMostOnceAStep(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		f := newField(t, db)
		f.open(t)
		jobs := f.Jobs(t, courier.JobLink)
		if _, ok, err := f.couriers.Begin(t.Context(), f.Queued(t, jobs[0]), jobs[0].Ref); err != nil || !ok {
			t.Fatalf("begin: %t %v", ok, err)
		}
		// The worker dies: whoever comes next does not send it again.
		if out, ok, err := f.couriers.Begin(t.Context(), outbox.Ticket{}, jobs[0].Ref); err != nil || ok {
			t.Fatalf("sent again: %+v %v", out, err)
		}
		if n := f.Count(t, "handoff_links", "state = ?", courier.Uncertain); n != 1 {
			t.Errorf("%d uncertain links", n)
		}
		must(t, f.couriers.Plan(t.Context(), outbox.Ticket{}, 1))
		if n := f.Count(t, "handoff_links", "1 = 1"); n != 1 {
			t.Errorf("%d links of one entry", n)
		}
	})
}

func TestARefusalForNowIsTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		f := newField(t, db)
		f.open(t)
		f.send(t, fault.New(fault.Unavailable, "away", "away"))
		if n := f.Count(t, "handoff_links", "state = ?", courier.Planned); n != 1 {
			t.Fatalf("%d links wait", n)
		}
		out, ok, err := f.couriers.Begin(t.Context(), outbox.Ticket{}, 1)
		if err != nil || !ok {
			t.Fatalf("tried again: %t %v", ok, err)
		}
		must(t, f.couriers.Sent(t.Context(), out.Ticket, out.LinkID, fault.New(fault.Conflict, "no", "no")))
		if n := f.Count(t, "handoff_links", "state = ?", courier.Failed); n != 1 {
			t.Errorf("%d links failed", n)
		}
	})
}

func TestALinkEndsWithItsTimeItsTeamAndItsContact(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, f *field, h handoff.Handoff){
		"time": func(_ *testing.T, f *field, _ handoff.Handoff) { f.Pass(15 * 24 * time.Hour) },
		"revoked": func(t *testing.T, f *field, h handoff.Handoff) {
			must(t, f.couriers.Revoke(t.Context(), manager, h.ID))
		},
		"removed": func(t *testing.T, f *field, _ handoff.Handoff) {
			must(t, f.couriers.RemoveContact(t.Context(), manager, 1))
		},
		"closed": func(t *testing.T, f *field, h handoff.Handoff) {
			_, err := f.handoffs.Close(t.Context(), handoff.ByUser(manager), h.ID, h.Version, handoff.Duplicate, "重复")
			must(t, err)
		},
		"forwarded": func(t *testing.T, f *field, h handoff.Handoff) {
			var other int64
			must(t, f.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
				ids, err := account.InternTeams(tx, []string{"外线班"})
				other = ids["外线班"]
				return err
			}))
			to := handoff.Forwarding{TeamID: other, Words: "外线"}
			_, err := f.handoffs.Forward(t.Context(), handoff.ByUser(manager), h.ID, h.Version, to)
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newField(t, dbtest.SQLite(t))
			h := f.open(t)
			token := tokenOf(f.send(t, nil)[0])
			end(t, f, h)
			if _, _, err := f.couriers.By(t.Context(), token, "王班长"); !fault.Is(err, fault.Conflict) {
				t.Errorf("the link still works: %v", err)
			}
		})
	}
}

func TestOnlySupervisorsOfATeamSayWhoGetsLinks(t *testing.T) {
	t.Parallel()
	f := newField(t, dbtest.SQLite(t))
	n := courier.NewContact{
		TeamID: f.team, Name: "李", Way: courier.ByRobot, Address: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", Language: "en",
	}
	for _, viewer := range []account.Viewer{
		{Role: account.Supervisor, TeamIDs: []int64{f.team + 99}},
		{Role: account.Handler, TeamIDs: []int64{f.team}},
		{Role: account.Caller},
	} {
		if err := f.couriers.AddContact(t.Context(), viewer, n); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", viewer.Role, err)
		}
	}
	for field, wrong := range map[string]courier.NewContact{
		"name":     {TeamID: f.team, Way: courier.BySMS, Address: "13912348000", Language: "en"},
		"number":   {TeamID: f.team, Name: "李", Way: courier.BySMS, Address: "x", Language: "en"},
		"robot":    {TeamID: f.team, Name: "李", Way: courier.ByRobot, Address: "http://qyapi.weixin.qq.com", Language: "en"},
		"password": {TeamID: f.team, Name: "李", Way: courier.ByRobot, Address: "https://a:b@qyapi.weixin.qq.com", Language: "en"},
		"way":      {TeamID: f.team, Name: "李", Way: "fax", Address: "13912348000", Language: "en"},
	} {
		if err := f.couriers.AddContact(t.Context(), manager, wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", field, err)
		}
	}
	must(t, f.couriers.AddContact(t.Context(), account.Viewer{Role: account.Supervisor, TeamIDs: []int64{f.team}}, n))
	if n := f.Count(t, "handoff_contacts", "sealed LIKE '%weixin%' OR sealed LIKE '%8000%' OR sealed = ''"); n != 0 {
		t.Errorf("%d addresses can be read in the database", n)
	}
}
