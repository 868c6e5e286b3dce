package permission_test

import (
	"slices"
	"testing"

	"aftercall/internal/permission"
)

func TestWhatSeveralSayOfANumberIsARowOfEach(t *testing.T) {
	t.Parallel()
	eachCentre(t, func(t *testing.T, c *centre) {
		base := permission.Suppression{Kind: permission.PhoneAddress, Address: ownPhone, Scope: permission.Everything}
		with := func(reason, evidence string) permission.Suppression {
			sup := base
			sup.Reason, sup.Evidence = reason, evidence
			return sup
		}
		list := []permission.Suppression{
			with("customer_request", "letter"), with("register", "letter"),
			with("customer_request", "call"), with("customer_request", "letter"),
		}
		added, err := c.s.TakeSuppressions(t.Context(), supervisor, list)
		if err != nil || !slices.Equal(added, []bool{true, true, true, false}) {
			t.Errorf("added %v: %v", added, err)
		}
		rows := c.list(t, permission.SuppressionFilter{}, 9)
		for _, sup := range rows[:2] {
			if err := c.s.LiftSuppression(t.Context(), supervisor, sup.ID, "mistake"); err != nil {
				t.Fatal(err)
			}
		}
		if v := c.asked(t, 1, callback); v.First != permission.Suppressed {
			t.Errorf("the first one's word went with the others: %+v", v)
		}
		if added, err = c.s.TakeSuppressions(t.Context(), supervisor, list[1:2]); err != nil || !added[0] {
			t.Errorf("one that was lifted still covers: %v %v", added, err)
		}
	})
}
