package flow_test

import (
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// supervisor is who records by hand what customers say.
var supervisor = account.Viewer{UserID: 7, Role: account.Supervisor}

// no is a way in which a customer says that they are not to be called, with the reason that is told of it.
type no struct {
	say    func(o *office, customer int64, token string) error
	reason permission.Code
}

func noes() map[string]no {
	phone := permission.Suppression{
		Kind: permission.PhoneAddress, Address: "+8613912348001", Scope: permission.Everything, Reason: "customer_request",
	}
	return map[string]no{
		"on the preference page": {func(o *office, _ int64, token string) error {
			return o.Surveys.Choose(o.t.Context(), token, "zh-CN", survey.Choice{Topic: survey.OfContact})
		}, permission.Suppressed},
		"to somebody of the centre": {func(o *office, customer int64, _ string) error {
			return o.refuse(customer, permission.Everything)
		}, permission.Suppressed},
		"as a suppression by hand": {func(o *office, _ int64, _ string) error {
			_, err := o.Permission.SuppressByHand(o.t.Context(), supervisor, phone)
			return err
		}, permission.Suppressed},
		"as a suppression of another system": {func(o *office, _ int64, _ string) error {
			_, err := o.Permission.TakeSuppressions(o.t.Context(), supervisor, []permission.Suppression{phone})
			return err
		}, permission.Suppressed},
		"as a withdrawal of another system": {func(o *office, _ int64, _ string) error {
			_, err := o.Permission.TakeConsents(o.t.Context(), supervisor, "api", "CN", []permission.ConsentInput{
				{Phone: "13912348001", Purpose: permission.ServiceCallback, Word: permission.WordWithdrawn},
			})
			return err
		}, permission.Refused},
	}
}

// refuse records by hand that a customer said no.
func (o *office) refuse(customer int64, scope permission.Scope) error {
	_, err := o.Permission.RefuseByHand(o.t.Context(), supervisor, customer, scope, "")
	return err
}

func TestANoCancelsTheCallbackAtOnce(t *testing.T) {
	t.Parallel()
	for name, no := range noes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				o, _ := planned(t, db)
				if err := no.say(o, o.callback(callback.ConfirmKind).CustomerID, o.invited()); err != nil {
					t.Fatal(err)
				}
				o.work(permission.JobRefused)
				if c := o.callback(callback.ConfirmKind); c.State != callback.Cancelled || c.CloseReason != callback.Reason(no.reason) {
					t.Errorf("the callback is %s because %s", c.State, c.CloseReason)
				}
				d := one[decision.Decision](o, "kind = ?", policy.FollowUpCallback)
				if d.CancelledAt != o.at || d.CancelReason != policy.Reason(no.reason) {
					t.Errorf("its decision was cancelled at %s because %s", d.CancelledAt, d.CancelReason)
				}
				if _, err := o.Callbacks.Claim(t.Context(), mei); !fault.Is(err, fault.NotFound) {
					t.Errorf("claiming: %v", err)
				}
			})
		})
	}
}

// The caller learns why, dials no more, and records what happened; a rating and a consent are not taken.
func TestANoDuringTheCallLeavesOnlyWhatHappened(t *testing.T) {
	t.Parallel()
	for name, no := range noes() {
		for when, kinds := range map[string][]string{"at once": nil, "once its job came by": {permission.JobRefused}} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				dbtest.Each(t, func(t *testing.T, db *database.DB) {
					o, _ := planned(t, db)
					token, desk := o.invited(), o.claim()
					if _, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence); err != nil {
						t.Fatal(err)
					}
					if err := no.say(o, desk.Customer.ID, token); err != nil {
						t.Fatal(err)
					}
					o.work(kinds...)
					shown := o.claim().Callback // the same one, as it is now
					if len(kinds) > 0 && (shown.State != callback.Cancelled || shown.CloseReason != callback.Reason(no.reason)) {
						t.Errorf("the desk shows it %s because %s", shown.State, shown.CloseReason)
					}
					_, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence)
					if f, ok := fault.Of(err); !ok || f.Code != "dial_refused" || f.Args["reason"] != string(no.reason) {
						t.Errorf("dialling: %v", err)
					}
					o.recordRefused(desk)
				})
			})
		}
	}
}

// recordRefused finishes with all that a caller can type, and looks at what is kept of it.
func (o *office) recordRefused(desk callback.Desk) {
	o.t.Helper()
	rating := 5
	_, err := o.Callbacks.Finish(o.t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Declined, Note: "wants no calls",
		Answers: callback.Answers{Rating: &rating, Comment: "fine", Consent: true},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.answered()
	a := one[callback.Attempt](o, "1 = 1")
	if a.CallResult != callback.Reached || a.BusinessResult != callback.Declined || a.Note != "wants no calls\nfine" || a.Answers != "" {
		o.t.Errorf("the attempt is %+v", a)
	}
	if n, _ := o.ratings(); n != 0 {
		o.t.Errorf("%d ratings", n)
	}
	var given int64
	err = o.DB.View(o.t.Context()).Gorm().Table("consent_events").Where("given = ?", true).Count(&given).Error
	if err != nil || given != 0 {
		o.t.Errorf("%d consents, %v", given, err)
	}
}

func TestANoCancelsTheSurveyThatWasNotSent(t *testing.T) {
	t.Parallel()
	for _, scope := range []permission.Scope{permission.Everything, permission.SurveysOnly} {
		dbtest.Each(t, func(t *testing.T, db *database.DB) {
			o, _ := planned(t, db)
			if err := o.refuse(o.callback(callback.ConfirmKind).CustomerID, scope); err != nil {
				t.Fatal(err)
			}
			o.work(permission.JobRefused)
			d := one[decision.Decision](o, "kind = ?", policy.FollowUpSurvey)
			if d.CancelledAt != o.at || d.CancelReason != policy.Reason(permission.Suppressed) {
				t.Errorf("%s: the survey was cancelled at %s because %q", scope, d.CancelledAt, d.CancelReason)
			}
			wanted := callback.Ready
			if scope == permission.Everything {
				wanted = callback.Cancelled
			}
			if c := o.callback(callback.ConfirmKind); c.State != wanted {
				t.Errorf("%s: the callback is %s", scope, c.State)
			}
			o.at = o.at.Add(2 * time.Hour)
			o.work(decision.JobSendSurvey)
			if len(o.carrier.taken) != 0 {
				t.Errorf("%s: %d sent", scope, len(o.carrier.taken))
			}
		})
	}
}

// A no to marketing, and one of a time, end nothing.
func TestANoToSomethingElseLeavesTheCallback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o, _ := planned(t, db)
		if err := o.refuse(o.callback(callback.ConfirmKind).CustomerID, permission.MarketingOnly); err != nil {
			t.Fatal(err)
		}
		o.work(permission.JobRefused)
		if c := o.callback(callback.ConfirmKind); c.State != callback.Ready {
			t.Errorf("after a no to marketing it is %s because %s", c.State, c.CloseReason)
		}
		until := o.at.Add(time.Hour)
		_, err := o.Permission.SuppressByHand(t.Context(), supervisor, permission.Suppression{
			Kind: permission.PhoneAddress, Address: "+8613912348001", Scope: permission.Everything,
			Reason: "customer_request", UntilAt: until,
		})
		if err != nil {
			t.Fatal(err)
		}
		o.work(permission.JobRefused)
		if c := o.callback(callback.ConfirmKind); c.State != callback.Waiting || c.ReadyAt < until {
			t.Errorf("suppressed for an hour it is %s until %s", c.State, c.ReadyAt)
		}
	})
}
