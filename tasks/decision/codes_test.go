package decision_test

import (
	"slices"
	"strings"
	"testing"

	"aftercall/internal/permission"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// Policies and callbacks are strangers: what both name by the same code is held together here.
func TestPoliciesAndCallbacksUseTheSameCodes(t *testing.T) {
	t.Parallel()
	kinds := callback.Kinds()
	for _, kind := range policy.PlannedCallbacks() {
		if !slices.Contains(kinds, callback.Kind(kind)) {
			t.Errorf("a rule plans %s, and there is no such callback", kind)
		}
	}
	for i, script := range policy.Scripts() {
		if script != string(kinds[i]) {
			t.Errorf("a rule chooses the script %s, and that of the kind is %s", script, kinds[i])
		}
	}
	if policy.MaxAttempts != callback.MaxAttempts {
		t.Errorf("a rule allows %d attempts, a callback %d", policy.MaxAttempts, callback.MaxAttempts)
	}
}

// A policy gives none of its own reasons a code that is shown for something else.
func TestACodeOfCallbacksIsNoReasonOfAPolicy(t *testing.T) {
	t.Parallel()
	reserved := []string{
		string(decision.FateScheduled), string(decision.FateHandedOver), string(callback.ReasonPlanned), string(callback.ReasonAppointment),
		string(callback.ReasonSkipped), string(callback.ReasonExpired), string(callback.ReasonUnreachable), string(callback.ReasonByHand),
		string(callback.ReasonReopened), string(callback.ReasonCorrected), string(callback.ReasonNewer), string(callback.ReasonSuperseded),
		string(callback.ReasonHandoff),
	}
	for _, state := range callback.States() {
		reserved = append(reserved, string(state))
	}
	for _, set := range []outcome.Set{outcome.Former(), outcome.Stock(outcome.China), outcome.Stock("DE")} {
		for _, layer := range outcome.Layers() {
			reserved = append(reserved, set.Keys(layer, func(outcome.Code) bool { return true })...)
		}
	}
	reserved = append(reserved, outcome.Reserved()...) // among them every reason of permission's, such as attempt_gap
	slices.Sort(reserved)
	reserved = slices.Compact(reserved)
	for _, code := range reserved {
		t.Run(code, func(t *testing.T) {
			p := policy.Default(0)
			p.Reasons = map[policy.Reason]string{policy.Reason(code): "in our words"}
			if err := p.Check(); err == nil || !strings.Contains(err.Error(), "reason of aftercall itself") {
				t.Errorf("%s: %v", code, err)
			}
		})
	}
}

// A code of a centre's own set is shown as the reason for which a callback waits or ends: it means nothing else.
func TestAReasonOfAftercallIsNoOutcomeOfACentre(t *testing.T) {
	t.Parallel()
	reserved := outcome.Reserved()
	for _, code := range []string{
		string(callback.ReasonPlanned), string(callback.ReasonSkipped), string(callback.ReasonExpired), string(callback.ReasonUnreachable),
		string(callback.ReasonByHand), string(callback.ReasonReopened), string(callback.ReasonCorrected), string(permission.NoAddress),
		string(permission.Suppressed), string(permission.Refused), string(permission.AttemptGap), string(permission.AttemptCap),
		string(permission.DailyCap), string(permission.ZoneUnknown), string(permission.OutsideHours),
	} {
		if !slices.Contains(reserved, code) {
			t.Errorf("a centre could have an outcome %s", code)
		}
	}
}
