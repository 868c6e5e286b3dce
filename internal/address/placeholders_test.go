package address

import "testing"

func TestAPlaceholderIsNobodysAddress(t *testing.T) {
	t.Parallel()
	own, err := NewPlaceholders([]string{
		"care.example.com", "@callcentre.example", " 400-820-8820", "95588", "info@shop.example", "kein*@*",
		"!test@real.example", "!13888888888", "",
	}, "CN")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		raw          string
		usual, ofOwn bool
	}{
		{"noemail@example.com", true, true},
		{"NoMail@example.org", true, true},
		{"no-email@x.com", true, true},
		{"no.mail1@x.com", true, true},
		{"no_email_address@x.com", true, true},
		{"noreply@x.com", true, true},
		{"no-reply@x.com", true, true},
		{"donotreply@x.com", true, true},
		{"none@none.com", true, true},
		{"unknown@x.com", true, true},
		{"na@na.com", true, true},
		{"n.a@x.com", true, true},
		{"null@x.com", true, true},
		{"nocustomeremail@x.com", true, true},
		{"sinCorreo@x.com", true, true},
		{"keine-email@x.de", true, true},
		{"ohnemail@x.de", true, true},
		{"test@x.com", true, true},
		{"test@test.com", true, true},
		{"a@a.com", true, true},
		{"xxx@xxx.com", true, true},
		{"abc@abc.com", true, true},
		{"123456@qq.com", true, true},
		{"00000@x.com", true, true},
		{"ann@noemail.com", true, true},
		{"ann@x.invalid", true, true},
		{"无@x.com", true, true},
		{"没有@x.com", true, true},
		{"未知@x.com", true, true},
		{"noemail＠example。com", true, true},
		{"无@", true, true},
		{"none@", true, true},
		{"none", true, true},
		{"N/A", true, true},
		{"无", true, true},
		{"-", true, true},
		{"no email", true, true},
		{"没有邮箱", true, true},
		{"@", true, true},
		{"暂无", true, true},
		{"ann@example.com", false, false},
		{"noah@x.com", false, false},
		{"nora.maillard@x.com", false, false},
		{"nina@x.com", false, false},
		{"naomi@x.com", false, false},
		{"norma@x.com", false, false},
		{"88888888@qq.com", false, false},
		{"12@x.com", false, false},
		{"tester@x.com", false, false},
		{"nobel@x.com", false, false},
		{"emailme@x.com", false, false},
		{"a b@x.com", false, false},
		{"ann@", false, false},
		{"a@b.com", false, false},
		{"anton@anton.de", false, false},
		{"ann@unknownpleasures.com", false, false},
		{"ann@care.example.com", false, true},
		{"ann@mail.care.example.com", false, true},
		{"bo@callcentre.example", false, true},
		{"info@shop.example", false, true},
		{"ann@shop.example", false, false},
		{"keiner@x.de", false, true},
		{"test@real.example", true, false},
	} {
		t.Run(c.raw, func(t *testing.T) {
			normal := Email(c.raw)
			if got := (*Placeholders)(nil).Email(c.raw, normal); got != c.usual {
				t.Errorf("%q: %t", c.raw, got)
			}
			if got := own.Email(c.raw, normal); got != c.ofOwn {
				t.Errorf("%q with the centre's own: %t", c.raw, got)
			}
		})
	}
	for _, c := range []struct {
		raw          string
		usual, ofOwn bool
	}{
		{"13800000000", true, true},
		{"138 0000 0000", true, true},
		{"+86 13900000000", true, true},
		{"13812345678", true, true},
		{"13800138000", true, true},
		{"18888888888", true, true},
		{"15555555555", true, true},
		{"13888888888", true, false},
		{"00000000000", true, true},
		{"000", true, true},
		{"0", true, true},
		{"000-0000-0000", true, true},
		{"11111111111", true, true},
		{"12345678", true, true},
		{"123456789", true, true},
		{"12345678901", true, true},
		{"1234567890", true, true},
		{"0123456789", true, true},
		{"9999999999", true, true},
		{"999999", true, true},
		{"无", true, true},
		{"none", true, true},
		{"没有电话", true, true},
		{"-", true, true},
		{"n/a", true, true},
		{"13912340001", false, false},
		{"0571-88888888", false, false},
		{"13912345670", false, false},
		{"13988880000", false, false},
		{"110", false, false},
		{"+12125550123", false, false},
		{"10086", false, false},
		{"13912348888", false, false},
		{"4008208820", false, true},
		{"95588", false, true},
		{"(400) 820 8820 转 3", false, true},
		{"王女士", false, false},
		{"+49 30 111111", false, false},
	} {
		t.Run(c.raw, func(t *testing.T) {
			normal := Phone(c.raw, "CN")
			if got := (*Placeholders)(nil).Phone(c.raw, normal); got != c.usual {
				t.Errorf("%q: %t", c.raw, got)
			}
			if got := own.Phone(c.raw, normal); got != c.ofOwn {
				t.Errorf("%q with the centre's own: %t", c.raw, got)
			}
		})
	}
	for _, entry := range []string{"x y", "!", "*", "a@"} {
		t.Run(entry, func(t *testing.T) {
			if _, err := NewPlaceholders([]string{entry}, "CN"); (err == nil) != (entry == "!") {
				t.Errorf("%q is taken: %v", entry, err)
			}
		})
	}
}
