package address

import (
	"regexp"

	"aftercall/internal/text"
)

// How a number is written that would be read as somebody else's.
var (
	// lookalike is a letter typed for the first digit, which nothing sets apart from the rest: l3912348000.
	lookalike = regexp.MustCompile(`^[lIiOo|]\d`)
	// american is a number in the groups of North America, without its country code or with a 1 that stands alone. In China 1-305-555-1234
	// would be a mobile, and 212-555-0199 a line in Shanghai; nobody there writes them so.
	american = regexp.MustCompile(`^(?:1[-. ]+)?\(?([2-9]\d\d)\)?[-. ]+\d{3}[-. ]+\d{4}$`)
)

// mistakable reports whether a folded text has digits that a reader would not take for the number they make.
func mistakable(text, region string) bool {
	if lookalike.MatchString(text) {
		return true
	}
	if region != "CN" {
		return false
	}
	of := american.FindStringSubmatch(text)
	return of != nil && (text[0] == '1' || of[1] != "400" && of[1] != "800") // services of China have these groups too
}

// beheaded reports whether a number of China is a mobile that lost its first digit: the library takes 12341 before the rest of
// [1234]13912348000 for what is dialled to choose a carrier.
func beheaded(text, e164 string) bool {
	const mobile = 11
	digits := digitsOf(text)
	return len(digits) > mobile && isMainlandMobile(digits[len(digits)-mobile:]) && e164 == "+86"+digits[len(digits)-mobile+1:]
}

// declined is a remark that an address is not to be used, or leads nowhere.
var declined = regexp.MustCompile(`(?i)勿[打扰電电拨呼致联聯]|请勿|請勿|切勿|不要|[别別](?:再)?[打联聯]|拒[绝絕接访訪收]|退[订訂]|停机|停機|空号|空號|停用|注销|註銷|作废|作廢|` +
	`无效|無效|错号|錯號|打错|打錯|已换号|已換號|非本人|不是本人|\bdo\s*not\b|\bdon['’]?t\b|\bdnc\b|\bopt(?:ed)?[\s_-]*out\b|\bunsubscribed?\b|\bbounced?\b|` +
	`\binvalid\b|\bwrong\b|\bdisconnected\b|\b(?:not in|out of) service\b|\bno longer\b|\bdeceased\b`)

// addressed is the address itself, or the digits of one.
var addressed = regexp.MustCompile(`\S*[@＠]\S*|[\d０-９]+`)

// IsDeclined reports whether what is written beside an address says that it is not to be used: "13912348000 (勿打)". The address is
// whose it is all the same, so that a refusal may be written so.
func IsDeclined(raw string) bool {
	if len(raw) > maxRaw || isPlain(raw) || onlyUsual(raw) {
		return false
	}
	return declined.MatchString(addressed.ReplaceAllString(text.Visible(raw), " "))
}
