package permission

import (
	"maps"
	"slices"

	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Normalise returns an address in its normal form: a phone number as E.164, an e-mail as address.Email makes it, or "" if it is not
// one. A phone number without a country code is read as one of the region.
func Normalise(kind AddressKind, raw, region string) string {
	if kind == EmailAddress {
		return address.Email(raw)
	}
	return address.Phone(raw, region)
}

// unreadable says of each kind of address that it is none, and how to write it.
var unreadable = map[AddressKind]fault.Field{
	PhoneAddress: {Code: "phone_invalid", Problem: "is not a valid phone number: write its digits only, as in +86 139 1234 8000"},
	EmailAddress: {Code: "email_invalid", Problem: "is not a valid e-mail address: write the address only, as in name@example.com"},
}

// ReadAddress returns an address in its normal form. Where it has none, the field says so and what to do: a refusal must not be lost
// in silence. What cannot be seen in the value is named there. The field's name is that of the kind.
func ReadAddress(kind AddressKind, raw, region string) (string, *fault.Field) {
	if normal := Normalise(kind, raw, region); normal != "" {
		return normal, nil
	}
	problem := unreadable[kind]
	shown, hides := text.Described(fault.Shorten(raw, MaxText))
	if hides {
		problem.Code = "address_hides"
		problem.Problem = "has characters that cannot be seen or do not belong in it: type it by hand instead of pasting it"
	}
	problem.Name, problem.Value = string(kind), fault.Shorten(shown, fault.MaxShown)
	return "", &problem
}

// hashes returns every hash under which something about an address may be stored, the one of its normal form first: forms before the
// present one made something else of some addresses.
func (s *Service) hashes(kind AddressKind, text string) []string {
	list := []string{s.HashAddress(kind, settled(kind, text))}
	earlier := address.EarlierPhones
	if kind == EmailAddress {
		earlier = address.Earlier
	}
	for _, made := range earlier(text) {
		list = append(list, s.HashAddress(kind, made))
	}
	return list
}

// hashesOf returns the hashes of every address of a subject.
func (s *Service) hashesOf(subject Subject) []string {
	var list []string
	for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
		for _, text := range subject.addresses(kind) {
			list = append(list, s.hashes(kind, text)...)
		}
	}
	for _, earlier := range subject.Earlier {
		list = append(list, s.HashAddress(EmailAddress, earlier))
	}
	return database.Distinct(list)
}

// settled returns the normal form of an address that may have been stored in an earlier one.
func settled(kind AddressKind, text string) string {
	if kind != EmailAddress {
		return address.Line(text)
	}
	if normal := address.Email(text); normal != "" {
		return normal
	}
	return text
}

// RespellAddresses moves what is kept under the hashes of addresses to those of their normal forms, by what they were stored as.
func (s *Service) RespellAddresses(tx database.Tx, kind AddressKind, normal map[string]string) error {
	for _, stored := range slices.Sorted(maps.Keys(normal)) { // in order, so that two of them wait for each other and do not lock up
		if err := (store{tx}).respell(s.HashAddress(kind, stored), s.HashAddress(kind, normal[stored])); err != nil {
			return err
		}
	}
	return nil
}

// checkAddress returns an address normalised; "" where f says why it is not one.
func checkAddress(kind AddressKind, raw, region string, f *fault.Problems) string {
	normal, problem := ReadAddress(kind, raw, region)
	if problem != nil {
		*f = append(*f, *problem)
	}
	return normal
}
