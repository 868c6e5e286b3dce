package permission_test

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/permission"
)

func TestAReminderIsExemptFromWhatItsInvitationSpent(t *testing.T) {
	t.Parallel()
	facts := permission.Facts{}
	for i := range 10 { // far above every cap
		touch := permission.Touch{
			ID: int64(i + 1), Kind: permission.Invitation, Purpose: permission.Survey, Channel: permission.ByEmail, Family: "csat",
			At: morning.Add(-time.Duration(i+1) * time.Minute),
		}
		facts.ByPerson, facts.ByAddress = append(facts.ByPerson, touch), append(facts.ByAddress, touch)
	}
	q := ask(permission.Survey, permission.ByEmail)
	v := rules.Evaluate(facts, q)
	if !slices.Contains(codes(v), permission.SurveyCooldown) || !slices.Contains(codes(v), permission.MessageCap) {
		t.Fatalf("an invitation now: %v", codes(v))
	}
	q.Reminder = true
	if v := rules.Evaluate(facts, q); !v.Allowed {
		t.Errorf("a reminder now: %v", codes(v))
	}
}

func TestAReminderIsNotExemptFromARefusal(t *testing.T) {
	t.Parallel()
	q := ask(permission.Survey, permission.ByEmail)
	q.Reminder = true
	for name, facts := range map[string]permission.Facts{
		string(permission.Refused): {Consents: []permission.ConsentEvent{{
			ID: 1, Purpose: permission.Survey, At: morning.Add(-time.Hour),
		}}},
		string(permission.Suppressed): {Suppressions: []permission.Suppression{{ID: 2, Scope: permission.SurveysOnly}}},
	} {
		t.Run(name, func(t *testing.T) {
			if v := rules.Evaluate(facts, q); string(v.First) != name {
				t.Error(codes(v))
			}
		})
	}
}
