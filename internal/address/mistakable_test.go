package address

import "testing"

func TestANumberThatWouldBeReadAsSomebodyElsesIsRefused(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"l3912348000": "", "I3912348000": "", "O13912348000": "", "ｌ3912348000": "", // typed letters for digits
		"1-305-555-1234": "", "1 (305) 555-1234": "", "1.305.555.1234": "", "1 305 555 1234": "", "1-800-356-9377": "", // were mobiles
		"212-555-0199": "", "(212) 555-0199": "", "212.555.0199": "", // were lines in Shanghai
		"[1234]13912348000": "", "1234-13912348000": "", "1200 13912348000": "", // were lines in Jiaozuo
		"17951 13912348000": "+8613912348000", "12593-13912348000": "+8613912348000", "0391-2348000": "+863912348000",
		"+1 305-555-1234": "+13055551234", "001-305-555-1234": "+13055551234", "13055551234": "+8613055551234",
		"130-5555-1234": "+8613055551234", "130 555 51234": "+8613055551234", "400-820-8820": "+864008208820",
		"800-810-1234":  "+868008101234",
		"021-5555-0199": "+862155550199", "Tel 13912348000": "+8613912348000", "T13912348000": "+8613912348000",
		"+86 1-391-234-8000": "+8613912348000",
	} {
		t.Run(raw, func(t *testing.T) {
			if got := Phone(raw, "CN"); got != want {
				t.Errorf("%q: %q, want %q", raw, got, want)
			}
		})
	}
	if got := Phone("1-305-555-1234", "US"); got != "+13055551234" {
		t.Errorf("at home it is %q", got)
	}
}

func TestARemarkThatSaysNoIsHeard(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"13912348000 (do not call)", "13912348000（勿打）", "勿打扰13912348000", "13912348000 空号", "13912348000(已停机)", "13912348000 DNC",
		"13912348000/wrong number", "13912348000（打错了，非本人）", "拒接 13912348000", "ann@example.org (已退订)", "unsubscribed: ann@example.org",
		"DO NOT EMAIL ann@example.org", "Ann (opted out) <ann@example.org>", "ann@example.org bounced", "139１２３４8000（请勿\u200b联系）",
	} {
		t.Run(raw, func(t *testing.T) {
			if !IsDeclined(raw) {
				t.Errorf("%q is used", raw)
			}
		})
	}
	for _, raw := range []string{
		"13912348000", "+86 139-1234-8000", "13912348000（妻子）", "ann@example.org", "opt-out@example.org", "invalid@example.org",
		"do-not@example.org",
		"Ann <unsubscribe@example.org>", "13912348000 王女士", "010-65551234转801", "Donna Wrongman <ann@example.org>", "",
	} {
		t.Run(raw, func(t *testing.T) {
			if IsDeclined(raw) {
				t.Errorf("%q is not used", raw)
			}
		})
	}
	if Email("ann@example.org (已退订)") != "ann@example.org" || Phone("13912348000（勿打）", "CN") != "+8613912348000" {
		t.Error("a refusal that is written so holds for nobody")
	}
}
