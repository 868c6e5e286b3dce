package decision_test

import (
	"slices"
	"strings"
	"testing"

	"aftercall/tasks/callback"
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
		string(callback.ReasonReopened), string(callback.ReasonCorrected),
	}
	for _, state := range callback.States() {
		reserved = append(reserved, string(state))
	}
	for _, code := range callback.CallCodes() {
		reserved = append(reserved, string(code.Code))
	}
	for _, code := range callback.BusinessCodes() {
		reserved = append(reserved, string(code.Code))
	}
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
