package address

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestEveryLegalSpellingOfANumberGivesOneForm draws a number and a way to write it: its groups, what is before it, what is beside it.
func TestEveryLegalSpellingOfANumberGivesOneForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		mobile := rapid.Bool().Draw(t, "mobile")
		national, area := pick("block", "139", "138", "150", "186")+rapid.StringMatching(`[0-9]{8}`).Draw(t, "mobile number"), ""
		if !mobile {
			area = pick("area", "10", "21", "571", "755")
			national = pick("first", "5", "6", "8") + rapid.StringMatching(`[0-9]{7}`).Draw(t, "fixed number")
		}
		want := "+86" + area + national
		if parsed(want, "CN") != want {
			t.Skip("no such number")
		}
		between := pick("between", "", " ", "-", ".", "\u00a0", "\u2013", "·", "\u200b")
		at := rapid.IntRange(3, len(national)-3).Draw(t, "at")
		number := national[:at] + between + national[at:]
		before := pick("before", "", "+86", "86", "0086", "86-", "+86 ", "0086 ", "(+86)", "（86）", "+86(0)")
		if !mobile {
			number = pick("area as", "0"+area+"-", "(0"+area+")", "0"+area+" ") + number
			before = strings.TrimSuffix(before, "(0)")
			if before != "" && !strings.HasSuffix(before, "-") {
				before += " "
			}
		}
		number = before + number
		note, extension := "", ""
		if !mobile && rapid.Bool().Draw(t, "extended") {
			extension = rapid.StringMatching(`[1-9][0-9]{1,3}`).Draw(t, "extension")
			number += pick("extended by", "转", " ext. ", "x", " 分机", "#", ",", "*", ";ext=") + extension
		}
		if rapid.Bool().Draw(t, "noted") {
			note = pick("note", "妻子", "王女士", "home", "Mr. Lee")
			number += pick("noted by", "(", " （", " [", "【") + note + ")"
			number = strings.NewReplacer("["+note+")", "["+note+"]", "【"+note+")", "【"+note+"】", "（"+note+")", "（"+note+"）").Replace(number)
		}
		got := ReadPhone(number, "CN")
		if got.Normal != want || got.Extension != extension || got.Note != note {
			t.Errorf("%q: %+v, want %s ext %q note %q", number, got, want, extension, note)
		}
		if beside := Beside(number, want); beside != got && (extension != "" || note != "") {
			t.Errorf("%q: beside it is %+v", number, beside)
		}
	})
}

func TestANumberIsReadHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"+8613912340001": {
			"13912340001", "139 1234 0001", "139.1234.0001", "139/1234/0001", "139_1234_0001", "139·1234·0001", "139~1234~0001",
			"86139 1234 0001", "8613912340001", "008613912340001", "0086-139-1234-0001", "086-13912340001", "+86+8613912340001",
			"+86 8613912340001", "86 86 13912340001", "(+86)13912340001", "（86）13912340001", "++8613912340001", "+86 (0)139 1234 0001",
			"013912340001", "13912340001.0", "13912340001.00", "1.3912340001E10", "1.3912340001E+10", "13,912,340,001", "'13912340001",
		},
		"+8657188888888": {
			"0571-88888888", "(0571) 88888888", "（0571）8888 8888", "86-0571-88888888", "86 571 88888888", "+86 (0)571 88888888",
			"+86 0571 88888888", "0086-0571-88888888", "0571/88888888", "0571-88888888/89", "0571—88888888",
		},
		"+864008208820": {"400-820-8820", "400 820 8820", "4008208820", "4008-208-820", "+86 400 820 8820"},
		"+541123456789": {
			"+54 9 11 2345 6789", "+54 11 2345 6789", "+54 11 15 2345 6789", "+54 0 11 15 2345 6789", "0054 9 11 2345-6789",
			"tel:+5491123456789",
		},
		"+525512345678": {"+52 1 55 1234 5678", "+52 55 1234 5678", "0052 1 55 1234 5678", "5215512345678"},
	} {
		for _, raw := range spellings {
			t.Run(raw, func(t *testing.T) {
				if got := Phone(raw, "CN"); got != want {
					t.Errorf("%q: %q, want %q", raw, got, want)
				}
			})
		}
	}
	for _, c := range []struct{ raw, region, want string }{
		{"8613912340001", "US", "+8613912340001"},
		{"086-13912340001", "SG", "+8613912340001"},
		{"044 55 1234 5678", "MX", "+525512345678"},
		{"045 55 1234 5678", "MX", "+525512345678"},
		{"01 55 1234 5678", "MX", "+525512345678"},
		{"011 15 2345-6789", "AR", "+541123456789"},
		{"9 11 2345 6789", "AR", "+541123456789"},
		{"(0223) 15-456-7890", "AR", "+542234567890"},
		{"030/12345678", "DE", "+493012345678"},
		{"8 (701) 234-56-78", "RU", "+77012345678"},
	} {
		t.Run(c.region+" "+c.raw, func(t *testing.T) {
			if got := Phone(c.raw, c.region); got != c.want {
				t.Errorf("%q in %s: %q, want %q", c.raw, c.region, got, c.want)
			}
		})
	}
}

func TestAnExtensionIsKeptApartAndDialledAfterAPause(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"010-65551234转801", "010-65551234 轉 801", "010-65551234 转接801", "010-65551234 分机801", "010-65551234分機號801", "010-65551234 内线 801",
		"010-65551234 ext. 801", "010-65551234x801", "010-65551234 extension 801", "010-65551234#801", "010-65551234*801",
		"010-65551234,801", "010-65551234，，801", "010-65551234;801", "tel:010-65551234;ext=801", "010-65551234p801", "010-65551234-801",
		"010-65551234（801）", "010-65551234 доб. 801", "010-65551234 Durchwahl 801", "010-65551234 (转801)", "电话：010-65551234 转 801",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := ReadPhone(raw, "CN"); got != (Number{Normal: "+861065551234", Dial: "+861065551234", Extension: "801"}) {
				t.Errorf("%q: %+v", raw, got)
			}
		})
	}
	if got := ReadPhone("+1 212 555 0123 x12", "CN").Dialled(); got != "+12125550123,12" {
		t.Error(got)
	}
	if got := ReadPhone("+54 9 11 2345 6789", "CN").Dialled(); got != "+5491123456789" {
		t.Errorf("a mobile of Argentina is dialled as %s", got)
	}
}

func TestARemarkBesideANumberIsANote(t *testing.T) {
	t.Parallel()
	for raw, note := range map[string]string{
		"13912340001 王女士": "王女士", "13912340001王女士": "王女士", "13912340001(妻子)": "妻子", "13912340001（妻子）": "妻子", "(妻子)13912340001": "妻子",
		"139 1234 0001 (home)": "home", "老婆13912340001": "老婆", "13912340001【备用】": "备用", "13912340001-张三": "张三", "王女士：13912340001": "王女士",
		"13912340001 [Mr. Lee]": "Mr. Lee", "13912340001 home": "home", "Wang 13912340001": "Wang", "13912340001（2号线）": "2号线",
		"13912340001，晚上打": "晚上打", "13912340001 / 微信同号": "微信同号", "手机:13912340001": "", "Tel. 13912340001": "", "联系电话 13912340001": "",
		"（老公）13912340001（晚上）": "老公; 晚上", "13912340001 (2)": "2",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := ReadPhone(raw, "CN"); got.Normal != "+8613912340001" || got.Note != note || got.Extension != "" {
				t.Errorf("%q: %+v, want %q", raw, got, note)
			}
		})
	}
	if got := ReadPhone("010-65551234 转 801 王女士", "CN"); got.Extension != "801" || got.Note != "王女士" || got.Normal != "+861065551234" {
		t.Errorf("%+v", got)
	}
}

func TestWhatMayBeAnotherNumberIsNone(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"13912340001 备用13912340002", "13912340001（备用13912340002）", "13912340001 13912340002", "13912340001a", "1.39123E+10", "1.391234E10",
		"1-800-FLOWERS", "139O2340001", "13912340001-2", "139123400012", "95588", "10086", "12345", "110", "65551234", "0571",
		"转801", "王女士",
		"1 800 FLOWERS", "13912340001@example.org", "#N/A", "-", "139****0001", "139XXXX0001",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := Phone(raw, "CN"); got != "" {
				t.Errorf("%q: %q", raw, got)
			}
		})
	}
}

func TestEarlierPhonesAreFoundUnderTheirLine(t *testing.T) {
	t.Parallel()
	for stored, line := range map[string]string{"+5491123456789": "+541123456789", "+541123456789": "+541123456789"} {
		t.Run(stored, func(t *testing.T) {
			if got := Line(stored); got != line || !slices.Equal(EarlierPhones(stored), []string{"+5491123456789"}) {
				t.Errorf("%s: %s %v", stored, got, EarlierPhones(stored))
			}
		})
	}
	if got := EarlierPhones("+8613912340001"); got != nil {
		t.Error(got)
	}
}

func TestARemarkBesideAnEmailIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"a@x.com (工作)": "a@x.com", "a@x.com（工作）": "a@x.com", "(work) a@x.com": "a@x.com", "a@x.com [home]": "a@x.com",
		"a @ x.com": "a@x.com",
		"a@ x.com":  "a@x.com", "a＠x.com": "a@x.com", "王女士 a@x.com": "a@x.com", "a@x.com 工作": "a@x.com", `"Lin" <a@x.com>`: "a@x.com",
		"<a@x.com> (工作)": "a@x.com", "a@x.com (old: b@y.com)": "", "a@x,com": "", "a b@x.com": "", "a@exa mple.org": "",
		"a@x.com b@y.com": "",
		"a@x.com/b@y.com": "", "Bcc: a@x.com": "", "Lin a@x.com": "", "a@x.com (": "a@x.com",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := Email(raw); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
}

func TestACellIsPartedBetweenAddressesAndNeverWithin(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string][]string{
		"13912340001/13912340002": {"13912340001", "13912340002"}, "13912340001、13912340002，13912340003": {
			"13912340001",
			"13912340002", "13912340003",
		},
		"13912340001 13912340002": {"13912340001", "13912340002"}, "13912340001或13912340002": {"13912340001", "13912340002"},
		"030/12345678": {"030/12345678"}, "010-65551234,801": {"010-65551234,801"}, "139/1234/0001": {"139/1234/0001"},
		"0571-88888888/89": {"0571-88888888/89"}, "+86 139 1234 0001": {"+86 139 1234 0001"}, "13,912,340,001": {"13,912,340,001"},
		"13912340001(妻子, 晚上)\n13912340002": {"13912340001(妻子, 晚上)", "13912340002"},
		"0571/88888888/13912340001":        {"0571/88888888", "13912340001"},
		"tel:010-65551234;ext=801":         {"tel:010-65551234;ext=801"}, "13912340001; ": {"13912340001"}, "": nil, " / ": nil,
	} {
		t.Run(cell, func(t *testing.T) {
			if got := SplitPhones(cell); !slices.Equal(got, want) {
				t.Errorf("%q: %q, want %q", cell, got, want)
			}
		})
	}
	for cell, want := range map[string][]string{
		"a@example.org; b@example.org": {"a@example.org", "b@example.org"}, "a@example.org,b@example.org": {
			"a@example.org",
			"b@example.org",
		},
		"a@x.com b@y.com": {"a@x.com", "b@y.com"}, "a@x.com/b@y.com": {"a@x.com", "b@y.com"}, "a@x.com、b@y.com": {"a@x.com", "b@y.com"},
		`"Lin" <a@example.org>`: {`"Lin" <a@example.org>`}, `"Lin, Mei" <a@x.org>, Bo Xi <b@x.org>`: {
			`"Lin, Mei" <a@x.org>`,
			"Bo Xi <b@x.org>",
		},
		"Lin, Mei <a@x.org>": {"Lin, Mei <a@x.org>"}, "a b@example.org": {"a b@example.org"}, "a@exa mple.org": {"a@exa mple.org"},
		"a @ x.com": {"a @ x.com"}, "a@x.com (工作, 白天) b@y.com": {"a@x.com (工作, 白天)", "b@y.com"}, "a@x,com": {"a@x,com"},
		"a@x.co,uk":                           {"a@x.co,uk"},
		"a@example.org\r\nBcc: x@example.org": {"a@example.org", "Bcc: x@example.org"}, "a@x.com; none": {"a@x.com", "none"},
		"none":      {"none"},
		"a,b@x.com": {"a,b@x.com"}, "-; a@x.com": {"-", "a@x.com"}, "": nil, " ; ": nil,
	} {
		t.Run(cell, func(t *testing.T) {
			if got := SplitEmails(cell); !slices.Equal(got, want) {
				t.Errorf("%q: %q, want %q", cell, got, want)
			}
		})
	}
}

func TestPartingACellLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9a-z@.,;/ "<>()（）、\n+-]{0,40}`)).Draw(t, "cell")
		if got := strings.Join(SplitPhones(cell), ""); digitsIn(got) != digitsIn(cell) {
			t.Errorf("%q: %q", cell, SplitPhones(cell))
		}
		if got := strings.Join(SplitEmails(cell), ""); strings.Count(got, "@") != strings.Count(cell, "@") {
			t.Errorf("%q: %q", cell, SplitEmails(cell))
		}
		for _, one := range SplitEmails(cell) {
			if again := SplitEmails(one); Email(one) != "" && !slices.Equal(again, []string{one}) {
				t.Errorf("%q of %q is parted once more: %q", one, cell, again)
			}
		}
	})
}
