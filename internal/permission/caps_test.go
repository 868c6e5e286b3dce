package permission_test

import (
	"fmt"
	"testing"
	"time"

	"aftercall/internal/permission"
	"aftercall/internal/permission/hours/hourstest"
)

const days = 24 * time.Hour

// permitted are facts with consent to marketing and the touches.
func permitted(touches ...permission.Touch) permission.Facts {
	return permission.Facts{ByPerson: touches, Consents: []permission.ConsentEvent{
		{ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, At: 1},
	}}
}

func TestMarketingCallsToOnePersonAreCappedOverAMonth(t *testing.T) {
	t.Parallel()
	often := permission.DefaultRules()
	often.Caps.MarketingQuietDays = 1
	var calls []permission.Touch
	for i := range 4 {
		calls = append(calls, permission.Touch{
			ID: int64(i + 1), Kind: permission.Attempt, Purpose: permission.MarketingCall, Channel: permission.ByPhone,
			At: morning.Add(-time.Duration(i+1) * 5 * days),
		})
	}
	offer := ask(permission.MarketingCall, permission.ByPhone)
	v := often.Evaluate(permitted(calls...), offer)
	if v.First != permission.MarketingCap || v.AllowedFrom != morning.Add(10*days) || v.All[0].Evidence != "touch 4" ||
		v.All[0].Since != calls[3].At {
		t.Errorf("a fifth call in a month: %+v", v)
	}
	if v := often.Evaluate(permitted(calls[:3]...), offer); !v.Allowed {
		t.Errorf("a fourth call in a month: %+v", v)
	}
	if v := often.Evaluate(permission.Facts{ByPerson: calls}, ask(permission.ServiceCallback, permission.ByPhone)); !v.Allowed {
		t.Errorf("a service call: %+v", v)
	}
}

func TestMarketingKeepsQuietAfterAComplaint(t *testing.T) {
	t.Parallel()
	offer := ask(permission.MarketingCall, permission.ByPhone)
	offer.Subject.ComplaintAt = morning.Add(-10 * days)
	v := rules.Evaluate(permitted(), offer)
	if v.First != permission.ComplaintQuiet || v.AllowedFrom != morning.Add(20*days) || v.All[0].Since != offer.Subject.ComplaintAt {
		t.Errorf("%+v", v)
	}
	callback := ask(permission.ServiceCallback, permission.ByPhone)
	callback.Subject.ComplaintAt = offer.Subject.ComplaintAt
	if v := rules.Evaluate(permission.Facts{}, callback); !v.Allowed {
		t.Errorf("a service call: %+v", v)
	}
}

func TestInFranceANoHoldsFor60DaysEvenAfterAYes(t *testing.T) {
	t.Parallel()
	said := func(id int64, given bool, ago time.Duration) permission.ConsentEvent {
		return permission.ConsentEvent{ID: id, CustomerID: 7, Purpose: permission.MarketingCall, Given: given, At: morning.Add(-ago)}
	}
	facts := permission.Facts{Consents: []permission.ConsentEvent{said(1, false, 59*days), said(2, true, days)}}
	q := ask(permission.MarketingCall, permission.ByPhone)
	if v := rules.Evaluate(facts, q); !v.Allowed {
		t.Errorf("in China: %+v", v)
	}
	q.Subject = permission.Subject{CustomerID: 7, Phones: []string{"+33612345678"}}
	q.At = hourstest.At(t, "Europe/Paris", "2026-11-24 15:00")
	v := rules.Evaluate(facts, q)
	if v.First != permission.RefusalQuiet || v.All[0].From != morning.Add(days) || v.All[0].Evidence != "consent 1" ||
		v.All[0].Since != morning.Add(-59*days) {
		t.Errorf("in France: %+v", v)
	}
}

func TestTheMostRestrictiveWordOfAPersonsRecordsWins(t *testing.T) {
	t.Parallel()
	q := ask(permission.MarketingCall, permission.ByPhone)
	q.Subject.Records = []int64{7, 8}
	yes := permission.ConsentEvent{ID: 1, CustomerID: 7, Purpose: permission.MarketingCall, Given: true, At: morning.Add(-days)}
	no := permission.ConsentEvent{ID: 2, CustomerID: 8, Purpose: permission.MarketingCall, At: morning.Add(-2 * days)}
	again := permission.ConsentEvent{ID: 3, CustomerID: 8, Purpose: permission.MarketingCall, Given: true, At: morning.Add(-days)}
	for name, c := range map[string]struct {
		events []permission.ConsentEvent
		want   permission.Code
	}{
		"the other record refused before this one agreed": {[]permission.ConsentEvent{yes, no}, permission.Refused},
		"the other record took its no back":               {[]permission.ConsentEvent{yes, no, again}, ""},
		"only the other record agreed":                    {[]permission.ConsentEvent{again}, permission.NoConsent},
	} {
		t.Run(name, func(t *testing.T) {
			if v := rules.Evaluate(permission.Facts{Consents: c.events}, q); v.First != c.want || (v.ConsentID == 1) != (c.want == "") {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestASuppressionOfAScopeThatIsNoneForbidsNothing(t *testing.T) {
	t.Parallel()
	facts := permitted()
	for scope, want := range map[permission.Scope]permission.Code{"campaign": "", "": "", permission.MarketingOnly: permission.Suppressed} {
		t.Run(string(scope), func(t *testing.T) {
			facts.Suppressions = []permission.Suppression{{ID: 5, Scope: scope, CampaignID: 3, At: morning.Add(-days)}}
			v := rules.Evaluate(facts, ask(permission.MarketingCall, permission.ByPhone))
			if v.First != want {
				t.Errorf("scope %q: %+v", scope, v)
			}
			if want != "" && (v.All[0].Since != morning.Add(-days) || v.All[0].Evidence != "suppression 5") {
				t.Errorf("scope %q: %+v", scope, v.All[0])
			}
		})
	}
}

func TestASharedLineIsCappedByItsNumber(t *testing.T) {
	t.Parallel()
	calls := threeCalls(morning) // to colleagues with the same number
	v := rules.Evaluate(permission.Facts{ByAddress: calls}, ask(permission.ServiceCallback, permission.ByPhone))
	if v.First != permission.AttemptCap {
		t.Errorf("%+v", v)
	}
	v = rules.Evaluate(permission.Facts{ByPerson: calls}, ask(permission.ServiceCallback, permission.ByPhone))
	if v.First != permission.AttemptCap {
		t.Errorf("the same person on other numbers: %+v", v)
	}
}

func TestADayHasRoomForEachCapAndNoMore(t *testing.T) {
	t.Parallel()
	message := permission.Touch{
		ID: 9, Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.BySMS, Family: "nps",
		At: morning.Add(-6 * time.Hour),
	}
	inCall := permission.Touch{
		ID: 10, Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.ByPhone, Family: "nps",
		At: morning.Add(-2 * time.Hour),
	}
	reminder := permission.Touch{
		ID: 11, Kind: permission.Reminder, Purpose: permission.Survey, Channel: permission.BySMS, Family: "nps",
		At: morning.Add(-time.Hour),
	}
	spread := rules
	spread.Caps.AttemptsPerDay, spread.Caps.MessagesPerDay = 5, 3
	full := append(threeCalls(morning), message, inCall, reminder)
	for n, want := range map[int]permission.Code{3: "", 6: permission.DailyCap} {
		t.Run(fmt.Sprintf("after %d", n), func(t *testing.T) {
			v := spread.Evaluate(permission.Facts{ByPerson: full[:n]}, ask(permission.Survey, permission.ByEmail))
			if v.First != want {
				t.Errorf("after %d touches: %+v", n, v)
			}
			if want != "" && v.AllowedFrom != message.At.Add(days) {
				t.Errorf("allowed from %s", v.AllowedFrom)
			}
		})
	}
}

func TestARedialIsExemptFromItsOwnAttemptOnly(t *testing.T) {
	t.Parallel()
	call := func(id int64, kind permission.TouchKind, ref int64) permission.Touch {
		return permission.Touch{
			ID: id, Kind: kind, Purpose: permission.ServiceCallback, Channel: permission.ByPhone, Ref: ref,
			At: morning.Add(-time.Minute),
		}
	}
	redial := ask(permission.ServiceCallback, permission.ByPhone)
	redial.Redial = 5
	tests := []struct {
		name    string
		touches []permission.Touch
		want    permission.Code // empty: allowed
	}{
		{"its own", []permission.Touch{call(1, permission.Attempt, 5)}, ""},
		{"another attempt", []permission.Touch{call(1, permission.Attempt, 5), call(2, permission.Attempt, 6)}, permission.AttemptGap},
		{"an offer of the same number", []permission.Touch{call(1, permission.Offer, 5)}, permission.AttemptGap},
	}
	for _, tt := range tests {
		for where, facts := range map[string]permission.Facts{"person": {ByPerson: tt.touches}, "address": {ByAddress: tt.touches}} {
			t.Run(tt.name+" of the "+where, func(t *testing.T) {
				if v := rules.Evaluate(facts, redial); v.First != tt.want {
					t.Errorf("%s of the %s: %v", tt.name, where, codes(v))
				}
			})
		}
	}
}
