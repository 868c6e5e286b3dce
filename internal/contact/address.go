package contact

import "github.com/nyaruka/phonenumbers"

// KnownRegion reports whether a country code is one whose phone numbers can be read.
func KnownRegion(code string) bool { return phonenumbers.GetCountryCodeForRegion(code) != 0 }
