package permission

import (
	"fmt"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func TestPhonesBecomeE164(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, region, want string }{
		{"13912348000", "CN", "+8613912348000"},
		{"139 1234 8000", "CN", "+8613912348000"},
		{"139-1234-8000", "CN", "+8613912348000"},
		{"+86 139 1234 8000", "US", "+8613912348000"},
		{"0086 13912348000", "CN", "+8613912348000"},
		{"１３９１２３４８０００", "CN", "+8613912348000"},
		{"010-65551234", "CN", "+861065551234"},
		{"(021) 6555 1234 转 8", "CN", "+862165551234"},
		{"400-820-8820", "CN", "+864008208820"},
		{"(212) 555-0123", "US", "+12125550123"},
		{"12", "CN", ""},
		{"13912348", "CN", ""},
		{"call me", "CN", ""},
		{"", "CN", ""},
	} {
		if got := NormalisePhone(c.raw, c.region); got != c.want {
			t.Errorf("%q in %s: %q, want %q", c.raw, c.region, got, c.want)
		}
	}
}

func TestShortWayForMobilesAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := fmt.Sprintf("1%010d", rapid.Int64Range(0, 9_999_999_999).Draw(t, "rest"))
		number, err := phonenumbers.Parse(raw, "CN")
		valid := err == nil && phonenumbers.IsValidNumber(number)
		if isMainlandMobile(raw) && !valid {
			t.Fatalf("%s is taken without asking, but is not valid", raw)
		}
	})
}

func TestEmailsBecomeLowerCase(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"Ann.Lee@Example.COM":  "ann.lee@example.com",
		"a+b@mail.example.cn":  "a+b@mail.example.cn",
		"用户@例子.中国":             "用户@例子.中国",
		"ann":                  "",
		"ann@":                 "",
		"@example.com":         "",
		"ann@example":          "",
		"ann@@example.com":     "",
		"a b@example.com":      "",
		"a@example.com, b@c.d": "",
	} {
		if got := NormaliseEmail(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
