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

func TestWhoHasNoReferenceIsNotTheCustomerOfAllWhoHaveNone(t *testing.T) {
	t.Parallel()
	for _, none := range []string{"N/A", "NULL", "-", "无", "0", "00000000", "-1", "undefined", "匿名用户", "\u200bnull "} {
		t.Run(none, func(t *testing.T) {
			got := newCleaner("CN", nil).clean(Input{ExternalID: "T-1", Customer: InputCustomer{
				Reference: none, Name: "Ann", Phones: []string{"13912340101"},
			}}, now)
			want := []string{"customer.reference placeholder_reference"}
			if _, warnings := codes(got); got.reference != "+8613912340101" || !cmp.Equal(warnings, want) {
				t.Errorf("the customer of %q is %q: %q", none, got.reference, warnings)
			}
		})
	}
}

func TestAContactWhoseIDSaysThatThereIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, none := range []string{"N/A", "null", "-", "undefined", "[object Object]", "无"} {
		t.Run(none, func(t *testing.T) {
			problems, _ := codes(newCleaner("CN", nil).clean(Input{ExternalID: none}, now))
			if !cmp.Equal(problems, []string{"external_id placeholder_id"}) {
				t.Errorf("%q: %q", none, problems)
			}
		})
	}
	if problems, _ := codes(newCleaner("CN", nil).clean(Input{ExternalID: "0"}, now)); len(problems) > 0 {
		t.Errorf("the first of a list that counts from 0: %q", problems)
	}
}

func TestAWordForNoNameIsNoName(t *testing.T) {
	t.Parallel()
	got := newCleaner("CN", nil).clean(Input{
		ExternalID: "T-1", Customer: InputCustomer{Reference: "C-1", Name: "N/A"},
		Participants: []InputParticipant{{Agent: "-", Team: "Night"}, {Agent: "NULL", Team: "无"}},
	}, now)
	if in := got.input; in.Customer.Name != "" || len(in.Participants) != 1 || in.Participants[0].Agent != "" {
		t.Errorf("%+v", in)
	}
}

func TestAnAddressThatSaysNoIsKeptAndNeverUsed(t *testing.T) {
	t.Parallel()
	got := newCleaner("CN", nil).clean(Input{ExternalID: "T-1", Customer: InputCustomer{
		Reference: "C-1", Phones: []string{"13912340101（勿打）", "13912340102"}, Emails: []string{"ann@example.org (unsubscribed)"},
	}}, now)
	want := []string{"customer.emails declined_address", "customer.phones declined_address"}
	if _, warnings := codes(got); !cmp.Equal(warnings, want) || len(got.addresses) != 3 {
		t.Errorf("%q %+v", warnings, got.addresses)
	}
	for _, a := range got.addresses {
		if (a.Normalised != "") != (a.Raw == "13912340102") {
			t.Errorf("%q may be used as %q", a.Raw, a.Normalised)
		}
	}
}
