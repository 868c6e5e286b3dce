package contact

import (
	"fmt"
	"slices"
)

// addressesOf normalises the addresses of a kind. One that is not valid, or nobody's, is kept as it was written, and cannot be used.
func (cl *cleaner) addressesOf(t *taken, field string, kind AddressKind, raws []string, normalise func(string) string) []string {
	if len(raws) > maxPhones {
		t.refuse(field, "too_many", fmt.Sprintf("has more than %d entries", maxPhones), "")
		return nil
	}
	kept := raws[:0:0]
	for _, raw := range raws {
		whole := written(raw)
		raw = cut(whole, maxKey)
		if raw == "" || slices.Contains(kept, raw) {
			continue
		}
		normalised := normalise(whole) // what is cut off something longer is another address
		switch {
		case cl.isPlaceholder(kind, whole, normalised):
			t.warn(field, "placeholder_address", "is nobody's "+kindWord(kind)+"; kept as it is, and never used", raw)
			normalised = ""
		case normalised == "":
			t.warn(field, "not_"+string(kind), "is not a valid "+kindWord(kind)+"; kept as it is, and never used", raw)
		}
		t.addresses = append(t.addresses, Address{Kind: kind, Position: len(kept), Raw: raw, Normalised: normalised})
		kept = append(kept, raw)
	}
	return unlessBlank(t, field, raws, kept)
}

// isPlaceholder reports whether an address is what stands where there is none, or the centre's own.
func (cl *cleaner) isPlaceholder(kind AddressKind, raw, normalised string) bool {
	if kind == EmailAddress {
		return cl.nobodys.Email(raw, normalised)
	}
	return cl.nobodys.Phone(raw, normalised)
}

func kindWord(kind AddressKind) string {
	if kind == EmailAddress {
		return "e-mail address"
	}
	return "phone number"
}
