package permission

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Normalise returns an address as it is known here: a phone number as E.164, an e-mail in lower case, or "" if it is not one. A
// phone number without a country code is read as one of the region.
func Normalise(kind AddressKind, raw, region string) string {
	if kind == EmailAddress {
		return NormaliseEmail(raw)
	}
	return NormalisePhone(raw, region)
}

// NormalisePhone returns a phone number as E.164, or "" if it is not one. A number without a country code is read as one of
// the region. An extension is left out: it cannot be dialled as part of the number.
func NormalisePhone(raw, region string) string {
	if region == "CN" && isMainlandMobile(raw) {
		return "+86" + raw // what most of the rows of a Chinese centre look like; parsing costs 50 times as much
	}
	for _, extension := range []string{"转", "分机"} { // the library knows only the Western words
		raw, _, _ = strings.Cut(raw, extension)
	}
	number, err := phonenumbers.Parse(raw, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// isMainlandMobile reports whether a number is eleven digits of a block that the mobile carriers of mainland China use.
func isMainlandMobile(raw string) bool {
	if len(raw) != 11 || raw[0] != '1' {
		return false
	}
	for i := range len(raw) {
		if raw[i] < '0' || raw[i] > '9' {
			return false
		}
	}
	return raw[1] == '3' || raw[1] == '8' || (raw[1] == '5' && raw[2] != '4')
}

// NormaliseEmail returns an e-mail address in lower case, or "" if it cannot be one.
func NormaliseEmail(raw string) string {
	local, domain, found := strings.Cut(raw, "@")
	if !found || local == "" || len(local) > 64 || len(raw) > 191 || strings.ContainsAny(raw, " \t\r\n,;<>\"()\\") {
		return ""
	}
	i := strings.LastIndex(domain, ".")
	if i <= 0 || len(domain)-i < 3 || strings.Contains(domain, "@") || strings.Contains(domain, "..") {
		return ""
	}
	return strings.ToLower(raw)
}
