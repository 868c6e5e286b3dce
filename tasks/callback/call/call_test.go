package call_test

import (
	"context"
	"errors"
	"sync"
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
	mu    sync.Mutex
	calls []call.Request
	off   bool
	fails error
	seen  int // attempts that were there when it was asked
}

func (p *pbx) Dial(ctx context.Context, asked call.Request) (bool, error) {
	if p.off {
		return false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
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
		ringing, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, 0)
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
		if _, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, ringing.Rings); err != nil {
			t.Fatal(err)
		}
		if len(p.calls) != 2 || p.calls[1].CallID != "1" {
			t.Errorf("a redial is another call: %+v", p.calls)
		}
	})
}

// Two tabs of one desk dial at once, or one after the other: the PBX is asked by one of them. Dialling again where that is known is meant.
func TestTwoTabsAskThePBXForOneCall(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, p := withPBX(t, db)
		ring := func(known int) (call.Ringing, error) {
			return c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, known)
		}
		errs := make([]error, 2)
		var tabs sync.WaitGroup
		for i := range errs {
			tabs.Go(func() { _, errs[i] = ring(0) })
		}
		tabs.Wait()
		refused := errs[0]
		if refused == nil {
			refused = errs[1]
		}
		f, _ := fault.Of(refused)
		if (errs[0] == nil) == (errs[1] == nil) || f == nil || f.Code != "rung_elsewhere" || f.Args["rings"] != 1 {
			t.Fatalf("the tabs got %v", errs)
		}
		if again, err := c.Callbacks.Current(t.Context(), taskstest.Caller(1)); err != nil || again.Rings() != 1 {
			t.Errorf("a page that is loaded knows of %d calls, %v", again.Rings(), err)
		}
		if redialled, err := ring(1); err != nil || redialled.Rings != 2 || len(p.calls) != 2 {
			t.Errorf("the line dropped: %+v, %v, %d calls", redialled, err, len(p.calls))
		}
		c.Pass(2 * time.Hour) // the lease is over: the next dial is another attempt
		if _, err := ring(1); err == nil || len(p.calls) != 2 {
			t.Errorf("the other tab: %v, %d calls", err, len(p.calls))
		}
		if third, err := ring(2); err != nil || third.Rings != 3 || c.Count(t, "attempts", "1 = 1") != 2 {
			t.Errorf("%+v, %v", third, err)
		}
	})
}

func TestWhatThePBXCannotDoTakesNothingFromTheAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk, p := withPBX(t, db)
		p.fails = errors.New("busy here")
		ringing, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, 0)
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
		if _, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence-1, 0); err == nil {
			t.Error("an old fence rings")
		}
		c.Pass(12 * time.Hour) // at night
		if _, err := c.Calls.Ring(t.Context(), taskstest.Caller(1), desk.Callback.ID, desk.Callback.Fence, 0); err == nil {
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
