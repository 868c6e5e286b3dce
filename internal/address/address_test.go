package address

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func TestPhonesBecomeE164(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, region, want string }{
		{"13912348000", "CN", "+8613912348000"},
		{"139 1234 8000", "CN", "+8613912348000"},
		{"139-1234-8000", "CN", "+8613912348000"},
		{"139\u20131234\u20148000", "CN", "+8613912348000"},
		{"139\u00a01234\u00a08000", "CN", "+8613912348000"},
		{"139\u202f1234\u20098000", "CN", "+8613912348000"},
		{`="13912348000"`, "CN", "+8613912348000"},
		{"“13912348000”", "CN", "+8613912348000"},
		{"+86 139 1234 8000", "US", "+8613912348000"},
		{"+86 (0)139 1234 8000", "CN", "+8613912348000"},
		{"8613912348000", "CN", "+8613912348000"},
		{"0086 13912348000", "CN", "+8613912348000"},
		{"0086 13912348000", "US", "+8613912348000"},
		{"１３９１２３４８０００", "CN", "+8613912348000"},
		{"＋８６　１３９－１２３４－８０００", "US", "+8613912348000"},
		{"١٣٩١٢٣٤٨٠٠٠", "CN", "+8613912348000"},
		{"\u202a13912348000\u202c", "CN", "+8613912348000"},
		{"139\u200d1234\u200e8000\ufe0f", "CN", "+8613912348000"},
		{"1\ufe0f\u20e33912348000", "CN", "+8613912348000"},
		{"13912348000，", "CN", "+8613912348000"},
		{"tel:13912348000", "CN", "+8613912348000"},
		{"TEL:+86-139-1234-8000;ext=5", "US", "+8613912348000"},
		{"tel:%2B8613912348000", "US", "+8613912348000"},
		{"tel:13912348000;phone-context=+86", "US", "+8613912348000"},
		{"手机：13912348000", "CN", "+8613912348000"},
		{"13912348000 ext. 5", "CN", "+8613912348000"},
		{"13912348000x5", "CN", "+8613912348000"},
		{"010-65551234", "CN", "+861065551234"},
		{"(021) 6555 1234 转 8", "CN", "+862165551234"},
		{"010－65551234轉802", "CN", "+861065551234"},
		{"400-820-8820", "CN", "+864008208820"},
		{"(212) 555-0123", "US", "+12125550123"},
		{"12", "CN", ""},
		{"13912348", "CN", ""},
		{"call me", "CN", ""},
		{"1-800-FLOWERS", "CN", ""}, // would be +8618003569377, who sells no flowers
		{"13912348000MW", "CN", ""},
		{"1.39123E+10", "CN", ""},
		{"13912348000/13912348001", "CN", ""},
		{"13912348000；13912348001", "CN", ""}, // the second would be dropped without a word
		{"010-65551234转8、13912348001", "CN", ""},
		{"139\xff12348000", "CN", ""},
		{"", "CN", ""},
	} {
		t.Run(c.region+" "+c.raw, func(t *testing.T) {
			if got := Phone(c.raw, c.region); got != c.want {
				t.Errorf("%q in %s: %q, want %q", c.raw, c.region, got, c.want)
			}
		})
	}
}

func TestShortWayForMobilesAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"139 1234 8000", "139-1234-8000", "+8613912348000", "+86 139-1234 8000", "1391234 8000-"} {
		t.Run(raw, func(t *testing.T) {
			if got, want := mainlandMobile(raw, "CN"), parsed(raw, "CN"); got != want {
				t.Errorf("%q is taken as %q without asking, and is %q", raw, got, want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		raw := fmt.Sprintf("1%010d", rapid.Int64Range(0, 9_999_999_999).Draw(t, "rest"))
		number, err := phonenumbers.Parse(raw, "CN")
		valid := err == nil && phonenumbers.IsValidNumber(number)
		if isMainlandMobile(raw) && !valid {
			t.Fatalf("%s is taken without asking, but is not valid", raw)
		}
	})
}

func TestEmailsHaveOneForm(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"Ann.Lee@Example.COM":                          "ann.lee@example.com",
		"a+b@mail.example.cn":                          "a+b@mail.example.cn",
		"用户@例子.中国":                                     "用户@xn--fsqu00a.xn--fiqs8s",
		"用户@例子。中国":                                     "用户@xn--fsqu00a.xn--fiqs8s",
		"a@XN--FSQU00A.xn--fiqs8s":                     "a@xn--fsqu00a.xn--fiqs8s",
		"\u200bzed@example.org":                        "zed@example.org",
		"zed@exam\u00adple.org\ufe0f":                  "zed@example.org",
		"\u202azed@example.org\u202c":                  "zed@example.org",
		"\u3000zed@example.org\u00a0":                  "zed@example.org",
		"ｚｅｄ＠ｅｘａｍｐｌｅ．ｏｒｇ":                              "zed@example.org",
		"MAILTO:zed@example.org":                       "zed@example.org",
		"mailto:zed%40example.org?subject=mailto:x@y":  "zed@example.org",
		`"Lin, Zed" <zed@example.org>`:                 "zed@example.org",
		"<mailto:zed@example.org>":                     "zed@example.org",
		"zed@example.org.":                             "zed@example.org",
		"zed@example.org；":                             "zed@example.org",
		"“zed@example.org”":                            "zed@example.org",
		"'zed@example.org'":                            "zed@example.org",
		"【zed@example.org】、":                           "zed@example.org",
		"[zed@example.org]!":                           "zed@example.org",
		"邮箱：zed@example.org":                           "zed@example.org",
		"SMTP:zed@example.org":                         "zed@example.org",
		"mailto://zed@example.org":                     "zed@example.org",
		"o'brien@example.org":                          "o'brien@example.org",
		"http://zed@example.org":                       "",
		"zed@example.org:25":                           "",
		"zed@example.org?subject=x":                    "",
		"zed@exam”ple.org":                             "",
		"[zed@example.org](mailto:zed@example.org)":    "",
		"foo_bar@a_b.example.org":                      "foo_bar@a_b.example.org",
		"ann":                                          "",
		"ann@":                                         "",
		"@example.com":                                 "",
		"ann@example":                                  "",
		"ann@@example.com":                             "",
		"a b@example.com":                              "",
		"a\u00a0b@example.com":                         "",
		"a\x01@example.com":                            "",
		"a\ufffd@example.com":                          "",
		"a@example.org\nBcc: x@example.org":            "",
		"a@example.com, b@c.de":                        "",
		"a@example.com <b@example.com>":                "",
		strings.Repeat("a", maxRaw) + "@example.com":   "",
		strings.Repeat("\u200b", 400) + "@example.com": "",
	} {
		t.Run(fmt.Sprintf("%.40s", raw), func(t *testing.T) {
			if got := Email(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
}

// dressed draws a way to write an address that a reader would not notice, or would take for the same.
func dressed(t *rapid.T, plain, scheme string) string {
	invisible := []rune{
		0xAD, 0x61C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202C, 0x202E, 0x2060, 0x2066, 0x2069,
		0xFE0E, 0xFE0F, 0xFEFF, 0xE0020, 0xE0101, 0x3164, 0x115F,
	}
	var b strings.Builder
	if rapid.Bool().Draw(t, "link") {
		b.WriteString(rapid.SampledFrom([]string{scheme, strings.ToUpper(scheme), "\u200b" + scheme}).Draw(t, "scheme"))
	}
	for _, r := range plain {
		for range rapid.IntRange(0, 1).Draw(t, "hidden") {
			b.WriteRune(rapid.SampledFrom(invisible).Draw(t, "which"))
		}
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			r = unicode.ToUpper(r)
		case 1:
			if r > 0x20 && r < 0x7F {
				r += 0xFEE0
			}
		}
		b.WriteRune(r)
	}
	blank := rapid.SampledFrom([]string{"", " ", "\u3000", "\u00a0", "\u2069", "\t"})
	return blank.Draw(t, "before") + b.String() + blank.Draw(t, "after")
}

func TestAnAddressHasOneFormHoweverItIsDressed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		email := rapid.StringMatching(`[a-z0-9]{1,8}([._+-][a-z0-9]{1,5})?@[a-z0-9]{1,8}(\.[a-z]{2,6}){1,2}`).Draw(t, "email")
		if raw := dressed(t, email, "mailto:"); Email(raw) != email {
			t.Errorf("%q: %q, want %q", raw, Email(raw), email)
		}
		phone := rapid.SampledFrom([]string{
			"13912348000", "010-65551234", "+8613912348000", "008613912348000", "400-820-8820", "+1 212 555 0123", "86-0571-88888888",
			"+54 9 11 2345 6789", "+52 1 55 1234 5678", "010-65551234-801",
		}).Draw(t, "phone")
		if raw, want := dressed(t, phone, "tel:"), Phone(phone, "CN"); Phone(raw, "CN") != want {
			t.Errorf("%q: %q, want %q", raw, Phone(raw, "CN"), want)
		}
	})
}

// FuzzForms holds the promises of a form for whatever is written: it is its own form, and it joins what version 1 kept together.
func FuzzForms(f *testing.F) {
	for _, raw := range []string{
		"zed@example.org", "\u200bZED@example.org.", "mailto:a@b.cd?x", "用户@例子。中国", "I\u0307@K.org",
		"0@+000A.00", "[a@b.cd]", "a@b.cd <", "139-1234-8000", "tel:%2B86139", "1-800-FLOWERS", "\ufb01@ª.ªª",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		holdsForms(t, raw)
	})
}

func TestAFormJoinsAndNeverParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9.%:<>"ªßİſK\x{3164}\x{ff0e}\x{3002}\x{307}-]{0,8}`))
		top := rapid.StringMatching(`[a-z]{2,5}|中国|xn--fiqs8s`)
		holdsForms(t, part.Draw(t, "local")+"@"+part.Draw(t, "domain")+"."+top.Draw(t, "top"))
		holdsForms(t, rapid.StringMatching(`[+0-9０-９ ()x;,#/\x{200b}\x{200d}a-zªª-]{6,20}`).Draw(t, "phone"))
	})
}

func holdsForms(t interface {
	Errorf(format string, args ...any)
}, raw string,
) {
	normal := Email(raw)
	if again := Email(normal); again != normal {
		t.Errorf("%q became %q, and that %q", raw, normal, again)
	}
	if v1 := emailV1(strings.TrimSpace(raw)); v1 != "" && utf8.ValidString(raw) { // as every door trimmed it, and passed it on
		if Email(v1) != normal {
			t.Errorf("version 1 of %q is %q, which became %q and not %q", raw, v1, Email(v1), normal)
		}
		if v1 != normal && !slices.Contains(Earlier(raw), v1) {
			t.Errorf("%q is not looked for as version 1 had it: %q", raw, Earlier(raw))
		}
	}
	e164 := Phone(raw, "CN")
	if again := Phone(e164, "US"); again != e164 {
		t.Errorf("%q became %q, and that %q", raw, e164, again)
	}
	if v1 := phoneV1(raw); v1 != "" && e164 != "" && v1 != e164 {
		t.Errorf("%q was %s, and is %s now", raw, v1, e164)
	}
}

// phoneV1 is the first version of the form, in China.
func phoneV1(raw string) string {
	for _, extension := range []string{"转", "分机"} {
		raw, _, _ = strings.Cut(raw, extension)
	}
	number, err := phonenumbers.Parse(raw, "CN")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

func TestOnlyTheWebIsLinkedTo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"https://pbx.example.com/r/1.mp3?x=1": true, "HTTP://10.0.0.5:8080/r": true, "http://[::1]/r": true,
		"javascript:alert(1)": false, "JavaScript://example.com/%0aalert(1)": false, "data:text/html,x": false, "vbscript:x": false,
		"file:///etc/passwd": false, "ftp://example.com/r": false, "httpx://example.com": false,
		"//example.com/r": false, "/r/1.mp3": false, "http:///r": false, "https:r": false,
		"http://:80/": false, "java\tscript:x": false, "https://exa mple.com": false, "": false,
	} {
		t.Run(text, func(t *testing.T) {
			if IsLink(text) != want {
				t.Errorf("%q: %t", text, !want)
			}
		})
	}
}
