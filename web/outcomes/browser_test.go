package outcomes_test

import (
	"testing"

	"aftercall/internal/account"
)

func TestThePageOfOutcomesFits(t *testing.T) {
	t.Parallel()
	ts := office(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("outcomes", "/settings/outcomes#kinds")
}
