package flow_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/tasks/decision"
)

// The message has left when the database goes: that is written down when it is back, and the invitation is not left in doubt.
func TestWhatBecameOfAMessageIsKeptThroughAnOutage(t *testing.T) {
	t.Parallel()
	proxy, address, _ := dbtest.MySQLProxy(t)
	db, err := database.Open(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { db.Watch(ctx, clock.System, slog.New(slog.DiscardHandler)) })
	defer group.Wait()
	defer cancel()
	o, _ := planned(t, db)
	o.at = o.at.Add(5 * time.Hour) // past the rest at noon
	o.carrier.during = func() {
		proxy.Close()
		group.Go(func() {
			changed, err := db.Outage()
			for ; err == nil; changed, err = db.Outage() {
				<-changed
			}
			proxy.Open()
		})
	}
	o.work(decision.JobSendSurvey)
	var states []string
	if err := db.View(t.Context()).Gorm().Table("invitations").Pluck("state", &states).Error; err != nil {
		t.Fatal(err)
	}
	if len(o.carrier.taken) != 1 || len(states) != 1 || states[0] != "accepted" && states[0] != "delivered" {
		t.Errorf("%d messages, invitations %v", len(o.carrier.taken), states)
	}
}

func TestARelayThatIsAwayStopsItsLane(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		relay, err := delivery.OpenSMTP("smtp://" + listener.Addr().String() + "?tls=off&from=care@example.com")
		if err != nil {
			t.Fatal(err)
		}
		_ = listener.Close()
		unreachable := relay.Probe(t.Context())
		o, _ := planned(t, db)
		o.at = o.at.Add(5 * time.Hour) // past the rest at noon
		var job outbox.Job
		if err := db.View(t.Context()).Gorm().Where("kind = ?", decision.JobSendSurvey).First(&job).Error; err != nil {
			t.Fatal(err)
		}
		for answer, want := range map[error]bool{unreachable: true, fault.New(fault.Unavailable, "smtp_not_now", "try later"): false} {
			t.Run(answer.Error(), func(t *testing.T) {
				o.carrier.answer = answer
				err := o.Flow.Handlers()[decision.JobSendSurvey](t.Context(), outbox.Ticket{At: o.at}, job.Ref)
				if got := errors.Is(err, outbox.ErrLaneAway); got != want {
					t.Errorf("%v stops the lane: %t", err, got)
				}
			})
		}
	})
}
