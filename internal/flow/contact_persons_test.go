package flow_test

import (
	"strings"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/survey"
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

// What the contact person says by the link of the text after a missed call is of their number only: the customer said nothing.
func TestAContactPersonsNoIsOfTheirNumberOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := newOffice(t, db)
		o.texting()
		o.reported("13912348001")
		o.work(contact.JobPlan)
		r := o.miss(callback.NoAnswer)
		o.follow()
		if len(o.carrier.taken) != 1 || o.carrier.taken[0].To != "+8613817772001" {
			t.Fatalf("%+v", o.carrier.taken)
		}
		_, token, _ := strings.Cut(o.carrier.taken[0].OptOutURL, "/p/")
		stands := func(want survey.Setting) {
			t.Helper()
			prefs, err := o.Surveys.Preferences(t.Context(), token)
			if err != nil || prefs.Line != "+8613817772001" || prefs.Survey || prefs.Settings[survey.OfContact] != want {
				t.Fatalf("%+v, %v, want %s", prefs, err, want)
			}
		}
		say := func(choice survey.Choice) {
			t.Helper()
			o.must(o.Surveys.Choose(t.Context(), token, "zh-CN", choice))
			o.work(permission.JobRefused)
			o.at = o.at.Add(time.Microsecond)
		}
		called := func(want string) {
			t.Helper()
			v, subject, err := o.Callbacks.JudgeCall(db.View(t.Context()), r.Callback.CustomerID, r.Callback.ContactID,
				o.at.Add(4*time.Hour))
			if err != nil || v.Refused() != "" || subject.Address(permission.ByPhone) != want {
				t.Fatalf("would call %v: %+v, %v", subject.Phones, v, err)
			}
		}
		stands(survey.Yes)
		called("+8613817772001")
		for range 2 { // the second time it is known
			say(survey.Choice{Topic: survey.OfContact})
			stands(survey.No)
			called("+8613912348001")
		}
		if c := one[callback.Callback](o, "id = ?", r.Callback.ID); c.State != callback.Waiting {
			t.Errorf("the callback is %s because %s", c.State, c.CloseReason)
		}
		var suppressed, consents int64
		o.must(db.View(t.Context()).Gorm().Table("suppressions").Count(&suppressed).Error)
		o.must(db.View(t.Context()).Gorm().Table("consent_events").Count(&consents).Error)
		if suppressed != 1 || consents != 0 {
			t.Errorf("%d numbers are suppressed, and the customer is said to have said %d things", suppressed, consents)
		}
		err := o.Surveys.Choose(t.Context(), token, "zh-CN", survey.Choice{Topic: survey.OfCalls, Yes: true})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a yes to offers of who is not the customer: %v", err)
		}
		say(survey.Choice{Topic: survey.OfContact, Yes: true})
		stands(survey.Yes)
		called("+8613817772001")
	})
}

// A number that was found not to be the customer's since is somebody else's, whose no is of that number only. And the customer takes back
// nothing that somebody else has said.
func TestTheLinkOfAWrongNumberIsOfThatNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		r := o.miss(callback.NoAnswer)
		o.follow()
		_, token, _ := strings.Cut(o.carrier.taken[0].OptOutURL, "/p/")
		o.must(o.inTx(func(tx database.Tx) error {
			return tx.Gorm().Exec("UPDATE attempts SET wrong_phone = dialled_phone WHERE id = ?", r.AttemptID).Error
		}))
		o.must(o.Surveys.Choose(t.Context(), token, "zh-CN", survey.Choice{Topic: survey.OfContact}))
		prefs, err := o.Surveys.Preferences(t.Context(), token)
		if err != nil || prefs.Line != "+8613912348001" || prefs.Settings[survey.OfContact] != survey.No {
			t.Errorf("%+v, %v", prefs, err)
		}
		var consents int64
		o.must(db.View(t.Context()).Gorm().Table("consent_events").Count(&consents).Error)
		if consents != 0 {
			t.Errorf("the customer is said to have said %d things", consents)
		}
	})
}
