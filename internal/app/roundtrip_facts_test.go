package app_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// hand is who writes: every choice of a spelling is drawn.
type hand struct{ *rapid.T }

func (h hand) one(of ...string) string { return rapid.SampledFrom(of).Draw(h.T, "spelling") }

func (h hand) number(low, high int) int { return rapid.IntRange(low, high).Draw(h.T, "number") }

func (h hand) chance() bool { return rapid.Bool().Draw(h.T, "chance") }

// fact is what a source knows of a contact, whatever it is written like.
type fact struct {
	id, status            string
	who                   who
	opened, resolved      time.Time // in Shanghai, to the second; zero: absent
	talk, score, nps      int       // -1: absent
	complaint             string    // yes, no or "": absent
	said                  string    // beside the score
	category, order, note string
	tags                  []string
	agent, team           string
}

// who is a customer.
type who struct {
	reference, name, tier string
	phones, emails, tags  []string
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// drawFacts returns the contacts of a few customers, of whom two share a mailbox and are two people.
func drawFacts(h hand) []fact {
	people := []who{
		{name: "王敏", phones: []string{"+8613912340001"}, emails: []string{"box@example.org"}},
		{name: "Ann Lee", phones: []string{"+8613912340002"}, emails: []string{"box@example.org"}, tier: "gold"},
		{reference: "C-1001", name: "José", phones: []string{"+862158881234", "+12125550123"}, tier: "N/A", tags: []string{"vip", "老客户"}},
		{reference: "20000077", emails: []string{"li.qiang@example.cn"}},
		{reference: "C 12", name: "-"},
		{name: "赵六", emails: []string{"zhao+1@example.org"}, phones: []string{"+8613912340009"}},
		{},
	}
	facts := make([]fact, h.number(1, 7))
	for i := range facts {
		f := fact{
			id: h.one("T-", "", "工单 ", "2026/") + strconv.Itoa(10_000_000+1_000*i+h.number(0, 999)), status: h.one("resolved",
				"resolved", "open", "pending"),
			who: rapid.SampledFrom(people).Draw(h.T, "who"), talk: h.number(-1, 7200), score: h.number(-1, 5), nps: h.number(-1, 10),
			complaint: h.one("yes", "no", ""), said: h.one("", "还行", "too \"slow\", twice", "-"), category: h.one("", "宽带", "Line; fault"),
			order: h.one("", "O-7", "30000001"), note: h.one("", "重启光猫后恢复", "two\nlines, \"quoted\"", "a\tb"), agent: h.one("",
				"张伟", "Li|Q"), team: h.one("", "夜班"),
		}
		if f.score == 0 {
			f.score = -1
		}
		if f.score < 0 {
			f.said = ""
		}
		at := time.Unix(int64(h.number(1_700_000_000, 1_795_000_000)), 0).In(shanghai)
		if f.status == "resolved" {
			f.resolved = at
		}
		if h.chance() {
			f.opened = at.Add(-time.Duration(h.number(0, 90_000)) * time.Second)
		}
		if h.chance() {
			f.tags = []string{"a", "回访"}
		}
		facts[i] = f
	}
	return facts
}

// input is the fact as intake takes it, spelt in the plainest way.
func (f fact) input() contact.Input {
	in := contact.Input{
		ExternalID: f.id, Status: contact.Status(f.status), Category: f.category, OrderRef: f.order, Resolution: f.note, Tags: f.tags,
		Customer: contact.InputCustomer{
			Reference: f.who.reference, Name: f.who.name, Phones: f.who.phones, Emails: f.who.emails, Tags: f.who.tags,
		},
	}
	if f.who.tier != "" {
		in.Customer.Attributes = map[string]string{"tier": f.who.tier}
	}
	if f.agent != "" || f.team != "" {
		in.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: f.agent, Team: f.team}}
	}
	if !f.opened.IsZero() {
		in.OpenedAt = clock.At(f.opened)
	}
	if !f.resolved.IsZero() {
		in.ResolvedAt = clock.At(f.resolved)
	}
	if f.talk >= 0 {
		in.TalkSeconds = new(int64(f.talk))
	}
	if f.complaint != "" {
		in.Complaint = new(f.complaint == "yes")
	}
	if f.score >= 0 {
		in.Answers = append(in.Answers, contact.InputAnswer{Metric: "csat", Value: &f.score, Comment: f.said})
	}
	if f.nps >= 0 {
		in.Answers = append(in.Answers, contact.InputAnswer{Metric: "nps", Value: &f.nps})
	}
	return in
}

// text returns a text with what cannot be seen around it, or decomposed.
func (h hand) text(s string) string {
	if s == "" {
		return h.one("", "", " ", "\u3000")
	}
	before, after := h.one("", "", " ", "\u3000", "\u200b", "\ufeff"), h.one("", "", " ", "\u00a0", "\u200b")
	return before + h.one(s, s, strings.ReplaceAll(s, "é", "e\u0301")) + after
}

// id returns an id with what cannot be seen in it, and with other blanks.
func (h hand) id(s string) string {
	if len(s) > 2 {
		at := h.number(1, len([]rune(s))-1)
		r := []rune(s)
		s = string(r[:at]) + h.one("", "", "\u200b", "\u00ad", "\u2060") + string(r[at:])
	}
	return h.text(strings.ReplaceAll(s, " ", h.one(" ", "  ", "\u3000", "\u00a0")))
}

func (h hand) phone(e164 string) string {
	national, found := strings.CutPrefix(e164, "+86")
	if !found {
		return h.text(h.one("+1 (212) 555-0123", "001 212 555 0123", "tel:+1-212-555-0123", "+1.212.555.0123"))
	}
	if strings.HasPrefix(national, "21") {
		return h.text(h.one("021-58881234", "(021) 5888 1234", "+86 21 5888 1234", "86-021-58881234", "+86(0)21-5888-1234"))
	}
	apart := national[:3] + h.one("", " ", "-", "\u200b", ".") + national[3:7] + h.one("", " ", "-") + national[7:]
	return h.text(h.one(apart, wide(national), "+86 "+apart, "0086"+national, "86-"+national, "tel:+86"+national,
		"\u202a"+national+"\u202c"))
}

func (h hand) email(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	return h.text(h.one(address, strings.ToUpper(address), local+"＠"+domain, "mailto:"+address, "\u200b"+local+"\u200b@"+domain,
		"Support <"+address+">",
		wide(local)+"@"+domain, address+"."))
}

// wide returns a text in full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// duration and rating are numbers that may be absent, in words.
func (h hand) duration(n int) string {
	if n < 0 {
		return h.absent()
	}
	minutes, seconds := n/60, n%60
	return h.text(h.one(strconv.Itoa(n), fmt.Sprintf("%d:%02d", minutes, seconds), fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, seconds),
		fmt.Sprintf("%d分%d秒", minutes, seconds), fmt.Sprintf("%dm%ds", minutes, seconds), strconv.Itoa(n)+"s", wide(strconv.Itoa(n))))
}

func (h hand) rating(n, best int) string {
	if n < 0 {
		return h.absent()
	}
	spellings := []string{
		strconv.Itoa(n), fmt.Sprintf("%d.0", n), fmt.Sprintf("%d/%d", n, best), fmt.Sprintf("%d分", n),
		wide(strconv.Itoa(n)), fmt.Sprintf("%d out of %d", n, best),
	}
	if best == 5 {
		spellings = append(spellings, strings.Repeat("★", n), strings.Repeat("★", n)+strings.Repeat("☆", 5-n))
		if n == 4 {
			spellings = append(spellings, "满意", "SATISFIED")
		}
	}
	return h.text(h.one(spellings...))
}

func (h hand) absent() string { return h.text(h.one("", "", "-", "N/A", "NULL", "—", "未评价")) }
