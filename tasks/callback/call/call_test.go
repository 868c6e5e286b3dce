package call_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/internal/taskstest"
)

// pbx is a dialer that remembers what it was asked for.
type pbx struct {
	db    *database.DB
	calls []call.Request
	off   bool
	fails error
	seen  int // attempts that were there when it was asked
}

func (p *pbx) Dial(ctx context.Context, asked call.Request) (bool, error) {
	if p.off {
		return false, nil
	}
	p.calls = append(p.calls, asked)
	var n int64
	if err := p.db.View(ctx).Gorm().Table("attempts").Count(&n).Error; err != nil {
		return true, err
	}
	p.seen = int(n)
	return true, p.fails
}

func (p *pbx) Link(_ context.Context, phone string) (string, error) { return "sip:" + phone, nil }

// withPBX is a centre in which caller 1 has claimed the one callback there is, and a PBX makes the calls.
func withPBX(t *testing.T, db *database.DB) (taskstest.Centre, callback.Desk, *pbx) {
	t.Helper()
	c, desk := taskstest.AtWork(t, db)
	p := &pbx{db: db}
	c.Calls = call.New(db, c.Callbacks, p, c.Now)
	user := account.User{ID: 1, Login: "wang", Name: "王敏", Role: account.Caller, Extension: "8001"}
	if err := db.View(t.Context()).Gorm().Create(&user).Error; err != nil {
		t.Fatal(err)
	}
	return c, desk, p
}

func TestThePBXIsAskedOnceTheAttemptCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, p := withPBX(t, db)
		ringing, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
		if err != nil || !ringing.Asked || ringing.Problem != nil || ringing.Link != "sip:"+desk.Phone {
			t.Fatalf("%+v, %v", ringing, err)
		}
		if p.seen != 1 {
			t.Errorf("the PBX was asked when %d attempts were committed", p.seen)
		}
		want := []call.Request{{CallID: "1", CallbackID: desk.Callback.ID, Number: desk.Phone, Extension: "8001"}}
		if diff := cmp.Diff(want, p.calls); diff != "" {
			t.Error(diff)
		}
		if _, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		if len(p.calls) != 2 || p.calls[1].CallID != "1" {
			t.Errorf("a redial is another call: %+v", p.calls)
		}
	})
}

func TestWhatThePBXCannotDoTakesNothingFromTheAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, p := withPBX(t, db)
		p.fails = errors.New("busy here")
		ringing, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence)
		if err != nil || !errors.Is(ringing.Problem, p.fails) || ringing.Link == "" {
			t.Fatalf("%+v, %v", ringing, err)
		}
		if n := c.Count(t, "attempts", "started_at > 0"); n != 1 {
			t.Errorf("%d attempts", n)
		}
	})
}

func TestThePBXIsNotAskedForACallThatMayNotBeMade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, p := withPBX(t, db)
		if _, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence-1); err == nil {
			t.Error("an old fence rings")
		}
		c.Pass(12 * time.Hour) // at night
		if _, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence); err == nil {
			t.Error("a call at night rings")
		}
		if len(p.calls) != 0 {
			t.Errorf("the PBX was asked for %+v", p.calls)
		}
	})
}

func TestARecordingIsHeardByRightAndEachTimeAudited(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		if err := c.Dial(t, 1, desk); err != nil {
			t.Fatal(err)
		}
		ctx, id := t.Context(), desk.Callback.ID
		caller, other := taskstest.Caller(1), taskstest.Caller(2)
		strange := account.Viewer{UserID: 9, Role: account.Supervisor, TeamIDs: []int64{4711}}
		hear := func(viewer account.Viewer) (string, error) { return c.Calls.Recording(ctx, viewer, id, 1) }
		if _, err := hear(taskstest.Supervisor); !fault.Is(err, fault.NotFound) {
			t.Errorf("a recording there is none of: %v", err)
		}
		const secret = "https://pbx.example.com/r/1?token=x"
		set := "UPDATE attempts SET recording_url = ?, answered_at = 1000000, hung_up_at = 62000000"
		if err := db.View(ctx).Gorm().Exec(set, secret).Error; err != nil {
			t.Fatal(err)
		}
		for who, viewer := range map[string]account.Viewer{"the caller": caller, "another caller": other, "another team": strange} {
			if _, err := hear(viewer); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s hears it: %v", who, err)
			}
		}
		if err := c.Callbacks.Scripts().SetCentre(ctx, taskstest.Admin, script.Centre{OwnCalls: true}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for who, viewer := range map[string]account.Viewer{"the caller": caller, "a supervisor": taskstest.Supervisor} {
				if url, err := hear(viewer); url != secret || err != nil {
					t.Errorf("%s is led to %q, %v", who, url, err)
				}
			}
		}
		if _, err := hear(other); !fault.Is(err, fault.NotFound) {
			t.Errorf("another caller hears it: %v", err)
		}
		if n := c.Count(t, "audit_entries", "action = 'recording.heard' AND subject_id = 1"); n != 4 {
			t.Errorf("%d listenings are in the audit, want 4", n)
		}
		if _, err := c.Callbacks.ByID(ctx, other, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("another caller reads the callback: %v", err)
		}
		for _, viewer := range []account.Viewer{caller, taskstest.Supervisor} {
			shown, err := c.Callbacks.ByID(ctx, viewer, id)
			if err != nil {
				t.Fatal(err)
			}
			if shown.Attempts[0].RecordingURL != "" || !shown.Recordings[1] || shown.Attempts[0].Talk() != 61*time.Second {
				t.Errorf("user %d is shown %+v, %v", viewer.UserID, shown.Attempts[0], shown.Recordings)
			}
		}
		if err := db.View(ctx).Gorm().Exec("UPDATE attempts SET recording_url = 'javascript:alert(1)'").Error; err != nil {
			t.Fatal(err)
		}
		if _, err := hear(taskstest.Supervisor); !fault.Is(err, fault.NotFound) {
			t.Errorf("something else than a link is opened: %v", err)
		}
	})
}
