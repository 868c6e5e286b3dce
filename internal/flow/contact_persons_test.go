package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
)

// reported is a contact whose customer is not who reported it; phones are the customer's.
func (o *office) reported(phones ...string) int64 {
	o.t.Helper()
	return o.tell(contact.Input{
		ExternalID: "T-1", Severity: contact.High, ResolvedAt: o.at.Add(-10 * time.Minute),
		ContactName: "李阿姨", ContactPhone: "138 1777 2001 转 8",
		Customer: contact.InputCustomer{Reference: "ZHANG", Name: "张伟", Phones: phones, Zone: "Asia/Shanghai"},
	})
}

func TestTheContactPersonIsCalledBeforeTheCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.reported("13912348001")
		o.work(contact.JobPlan)
		desk := o.claim()
		if desk.Phone != "+8613817772001" || desk.Extension != "8" || desk.AskFor != "李阿姨" || desk.Customer.Name != "张伟" {
			t.Fatalf("%s %s, ask for %q about %s", desk.Phone, desk.Extension, desk.AskFor, desk.Customer.Name)
		}
		phone, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || phone[:14] != "+8613817772001" {
			t.Fatalf("dialled %s: %v", phone, err)
		}
		var hash string
		if err := db.View(t.Context()).Gorm().Table("touches").Limit(1).Pluck("address_hash", &hash).Error; err != nil {
			t.Fatal(err)
		}
		if hash != o.Permission.HashAddress(permission.PhoneAddress, "+8613817772001") {
			t.Error("the call does not count for the number that was called")
		}
	})
}

// Nobody would have been called otherwise.
func TestACustomerWithoutANumberIsCalledByTheContactPersons(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.reported()
		o.work(contact.JobPlan)
		if desk := o.claim(); desk.Phone != "+8613817772001" {
			t.Errorf("called is %q", desk.Phone)
		}
	})
}

func TestASuppressedContactPersonIsPassedOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.reported("13912348001")
		o.work(contact.JobPlan)
		desk := o.claim()
		suppress := func(phone string) {
			t.Helper()
			_, err := o.Permission.SuppressByHand(t.Context(), supervisor, permission.Suppression{
				Kind: permission.PhoneAddress, Address: phone, Scope: permission.Everything, Reason: "customer_request",
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		suppress("+8613817772001")
		phone, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
		if err != nil || phone != "+8613912348001" {
			t.Errorf("dialled %s: %v", phone, err)
		}
		if desk = o.claim(); desk.AskFor != "" {
			t.Errorf("ask for %q at the customer's number", desk.AskFor)
		}
		suppress("+8613912348001")
		_, err = o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
		if f, ok := fault.Of(err); !ok || f.Args["reason"] != string(permission.Suppressed) {
			t.Errorf("the customer refused, dialling: %v", err)
		}
	})
}

// The source corrected whose contact it is: the other customer's callback goes to their own number.
func TestTheContactPersonIsOfTheContactsCustomerOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		id := o.reported("13912348001")
		o.work(contact.JobPlan)
		c := one[callback.Callback](o, "contact_id = ?", id)
		v, subject, err := o.Callbacks.JudgeCall(db.View(t.Context()), c.CustomerID+100, id, o.at)
		if err != nil || v.First != permission.NoAddress || len(subject.Phones) != 0 {
			t.Errorf("%+v, calling %v: %v", v, subject.Phones, err)
		}
	})
}
