package callback_test

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// wishedLater is a centre with one callback, of a customer in New York, that a supervisor wants tomorrow at a time that is night there.
func wishedLater(t *testing.T, db *database.DB) (c taskstest.Centre, wish time.Duration) {
	t.Helper()
	c, wish = taskstest.New(t, db), 24*time.Hour
	in := taskstest.Severe(1)
	in.Severity, in.Customer.Zone = contact.Low, "America/New_York"
	c.Take(t, in)
	c.Plan(t)
	err := c.Decisions.PlanByHand(t.Context(), taskstest.Supervisor, 1, decision.HandPlan{
		Kind: policy.ConfirmCallback, Priority: 3, Due: c.Now().Add(wish), Reason: "客户明早才有空",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, wish
}

// A customer put right may be called at other hours, and still not before the time that was wished.
func TestACorrectedCustomerIsNotCalledBeforeTheWish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, wish := wishedLater(t, db)
		wanted, planned := c.Now().Add(wish), c.Callback(t)
		if planned.WaitReason != callback.Reason(permission.OutsideHours) || planned.ReadyAt <= wanted {
			t.Fatalf("it waits for %q until %v: nothing to bring forward", planned.WaitReason, planned.ReadyAt)
		}
		move := func(zone string) callback.Callback {
			t.Helper()
			c.Pass(time.Minute)
			care := maintenance.New(db, c.Contacts, c.Callbacks, c.Now)
			sheet, err := care.Sheet(t.Context(), taskstest.Supervisor, planned.CustomerID)
			if err != nil {
				t.Fatal(err)
			}
			is := sheet.Customer
			a := contact.Amendment{Name: is.Name, Language: is.Language, Zone: zone, SeenAt: is.UpdatedAt}
			for _, p := range sheet.Phones {
				a.Phones = append(a.Phones, contact.AmendedPhone{AddressID: p.ID, Raw: p.Raw})
			}
			if _, err := care.Correct(t.Context(), taskstest.Supervisor, planned.CustomerID, 0, a); err != nil {
				t.Fatal(err)
			}
			return c.Callback(t)
		}
		got := move("Asia/Shanghai")
		if got.State != callback.Waiting || got.ReadyAt != wanted || got.WaitReason != callback.ReasonPlanned {
			t.Errorf("it is %s for %q until %v, and was wanted at %v", got.State, got.WaitReason, got.ReadyAt, wanted)
		}
		c.Pass(wish)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		if got := c.Callback(t); got.State != callback.Ready {
			t.Errorf("at its time it is %s for %q", got.State, got.WaitReason)
		}
	})
}

// Who does not want to be called for a day keeps the appointment after it.
func TestASuppressionForATimeBringsNothingForward(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c, desk := taskstest.AtWork(t, db)
		at := c.Now().Add(48 * time.Hour)
		c.Finish(t, taskstest.Caller(1), desk, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentAt: at,
		})
		_, err := c.Permit.SuppressByHand(t.Context(), taskstest.Admin, permission.Suppression{
			Kind: permission.PhoneAddress, Address: "+8613912340001", Scope: permission.Everything, Reason: "complaint",
			UntilAt: c.Now().Add(3 * time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Callbacks.DropRefused(t.Context(), desk.Callback.CustomerID); err != nil {
			t.Fatal(err)
		}
		if got := c.Callback(t); got.State != callback.Waiting || got.ReadyAt != at || got.WaitReason != callback.ReasonAppointment {
			t.Errorf("it is %s for %q until %v, and was promised for %v", got.State, got.WaitReason, got.ReadyAt, at)
		}
	})
}
