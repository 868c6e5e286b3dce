package contact

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/address"
)

func TestAPlaceholderIsKeptNeverUsedAndIdentifiesNobody(t *testing.T) {
	t.Parallel()
	own, err := address.NewPlaceholders([]string{"care.example.com", "400-820-8820"}, "CN")
	if err != nil {
		t.Fatal(err)
	}
	got := newCleaner("CN", own).clean(Input{ExternalID: "T-1", Customer: InputCustomer{
		Name: "Ann", Emails: []string{"noemail@example.com", "ann@care.example.com", "none"},
		Phones: []string{"13800000000", "4008208820", "0"},
	}}, now)
	_, warnings := codes(got)
	want := []string{
		"customer.emails placeholder_address", "customer.emails placeholder_address", "customer.emails placeholder_address",
		"customer.phones placeholder_address", "customer.phones placeholder_address", "customer.phones placeholder_address",
		"customer customer_unidentified",
	}
	if diff := cmp.Diff(want, warnings); diff != "" || got.reference != "" {
		t.Errorf("%q: %s", got.reference, diff)
	}
	for _, a := range got.addresses {
		if a.Normalised != "" || a.Raw == "" {
			t.Errorf("%q may be used as %q", a.Raw, a.Normalised)
		}
	}
	got = newCleaner("CN", own).clean(Input{ExternalID: "T-1", Customer: InputCustomer{
		Emails: []string{"noemail@example.com"}, Phones: []string{"13912340101"},
	}}, now)
	if got.reference != "+8613912340101" {
		t.Errorf("the customer is %q", got.reference)
	}
}
