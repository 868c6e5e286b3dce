package app_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

// columnsOfFacts are the headings of every file, and the mapping of all of them. What a file is like comes before it.
const mappingOfFacts = `
zone: Asia/Shanghai
region: CN
columns:
  external_id: Ticket
  status: State
  customer.reference: Customer no
  customer.name: Customer
  customer.phones: [Phone, Phone 2]
  customer.emails: E-mail
  customer.tags: Marks
  category: 业务
  order_reference: Order
  resolution_text: Note
  resolved_at: {join: [Day, Time]}
  opened_at: Opened
  talk_seconds: Talk
  complaint: Complaint
  tags: Tags
values:
  status: {已办结: resolved, closed: resolved, 处理中: pending}
attributes: {tier: Tier}
participants: [{role: handled, agent: Agent, team: Team}]
answers:
  - {metric: csat, column: Score, comment: Said, values: {满意: 4, satisfied: 4}}
  - {metric: nps, column: NPS}
`

// cells returns the row of a fact by heading. In a workbook numbers, days and yes or no may be what they are, counted from an epoch.
func (f fact) cells(h hand, workbook bool, epoch time.Time) map[string]any {
	row := map[string]any{
		"Ticket": h.nameCell(f.id, workbook), "Customer no": h.nameCell(f.who.reference, workbook), "Order": h.nameCell(f.order, workbook),
		"State": h.text(h.one(map[string][]string{
			"resolved": {"resolved", "已办结", "Closed", "CLOSED"}, "pending": {"处理中", "pending"}, "open": {"open"},
		}[f.status]...)),
		"Customer": h.text(f.who.name), "Tier": h.text(f.who.tier), "业务": h.text(f.category), "Note": f.note, "Said": h.text(f.said),
		"Agent": h.text(f.agent), "Team": h.text(f.team), "Talk": h.duration(f.talk), "Score": h.rating(f.score, 5),
		"NPS":   h.rating(f.nps, 10),
		"Marks": strings.Join(f.who.tags, h.one(";", "、", "|", " ; ")), "Tags": strings.Join(f.tags, h.one(";", "、", ",")),
		"Complaint": h.text(h.one(map[string][]string{
			"yes": {"yes", "是", "TRUE", "1", "√"}, "no": {"no", "否", "False", "0"}, "": {"", "-", "N/A"},
		}[f.complaint]...)),
	}
	f.addresses(h, row)
	f.times(h, row)
	if !workbook {
		return row
	}
	for i, n := range []int{f.talk, f.score, f.nps} {
		if n >= 0 && h.chance() {
			row[[]string{"Talk", "Score", "NPS"}[i]] = n
		}
	}
	if f.talk > 0 && h.chance() {
		row["Talk"] = float64(f.talk) / 86400
	}
	if f.complaint != "" && h.chance() {
		row["Complaint"] = f.complaint == "yes"
	}
	f.serials(h, row, epoch)
	return row
}

// nameCell is an id in a file: of digits alone, a program may have made it a number.
func (h hand) nameCell(id string, workbook bool) any {
	n, err := strconv.Atoi(id)
	switch {
	case err != nil || h.chance():
		return h.id(id)
	case workbook:
		return n
	}
	return h.text(h.one(id+".0", fmt.Sprintf("%d.%07dE7", n/10_000_000, n%10_000_000)))
}

func (f fact) addresses(h hand, row map[string]any) {
	var phones, emails []string
	for _, phone := range f.who.phones {
		phones = append(phones, h.phone(phone))
	}
	for _, email := range f.who.emails {
		emails = append(emails, h.email(email))
	}
	row["Phone"], row["Phone 2"], row["E-mail"] = strings.Join(phones, h.one(";", " ; ", "、", "|")), h.text(""), strings.Join(emails, ";")
	if len(phones) == 2 && h.chance() {
		row["Phone"], row["Phone 2"] = phones[0], phones[1]
	}
}

// times are spelt so that they have one reading.
func (f fact) times(h hand, row map[string]any) {
	row["Day"], row["Time"], row["Opened"] = h.text(""), h.text(h.one("", "-")), h.absent()
	day := func(at time.Time) string {
		return h.one(at.Format("2006-01-02"), at.Format("2006/1/2"), at.Format("2006年1月2日"), at.Format("20060102"), at.Format("2 Jan 2006"),
			at.Format("January 2, 2006"), at.Format("2006.01.02"), wide(at.Format("2006-01-02")))
	}
	clock := func(at time.Time) string {
		return h.one(at.Format("15:04:05"), at.Format("3:04:05 PM"), at.Format("15时4分5秒"), at.Format("15:04:05.000"),
			wide(at.Format("15:04:05")))
	}
	if !f.resolved.IsZero() {
		row["Day"], row["Time"] = h.text(day(f.resolved)), h.text(clock(f.resolved))
	}
	if !f.opened.IsZero() {
		utc := f.opened.UTC()
		row["Opened"] = h.text(h.one(day(f.opened)+" "+clock(f.opened), utc.Format(time.RFC3339), utc.Format("2006-01-02 15:04:05")+"+00",
			utc.Add(2*time.Hour).Format("2006-01-02T15:04:05")+"+0200", f.opened.Format("Mon, 02 Jan 2006 15:04:05 -0700"),
			clock(f.opened)+" "+day(f.opened)))
	}
}

// serials makes some times the numbers that a workbook has for them.
func (f fact) serials(h hand, row map[string]any, epoch time.Time) {
	serial := func(at time.Time) float64 {
		wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
		return wall.Sub(epoch).Seconds() / 86400
	}
	if !f.opened.IsZero() && h.chance() {
		row["Opened"] = serial(f.opened)
	}
	if !f.resolved.IsZero() && h.chance() {
		at := f.resolved
		midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
		row["Day"], row["Time"] = int(serial(midnight)), serial(at)-serial(midnight)
	}
}

// sheet is a table as it is going to be written: titles, headings in any order and case, contacts, and rows that are none.
type sheet struct {
	rows   [][]any
	header int // the line of the headings
	from04 bool
}

func drawSheet(h hand, facts []fact, workbook bool) sheet {
	s := sheet{from04: workbook && h.chance()}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if s.from04 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	order := rapid.Permutation([]string{
		"Ticket", "State", "Customer no", "Customer", "Phone", "Phone 2", "E-mail", "Marks", "Tier", "业务", "Order", "Note", "Day",
		"Time", "Opened",
		"Talk", "Complaint", "Score", "Said", "NPS", "Tags", "Agent", "Team", "Else",
	}).Draw(h.T, "columns")
	head := make([]any, len(order))
	for i, name := range order {
		head[i] = h.heading(name)
	}
	if h.chance() {
		s.rows = append(s.rows, []any{h.one("工单导出", "Tickets of November")})
	}
	s.rows = append(s.rows, head)
	s.header = len(s.rows)
	for _, f := range facts {
		if h.number(0, 4) == 0 {
			s.rows = append(s.rows, make([]any, h.number(0, len(order))))
		}
		cells, row := f.cells(h, workbook, epoch), make([]any, len(order))
		for i, name := range order {
			row[i] = cells[name]
		}
		s.rows = append(s.rows, row)
	}
	if h.chance() {
		total := make([]any, len(order))
		total[0], total[len(total)-1] = h.one("合计", "Total", "总计："), len(facts)
		s.rows = append(s.rows, total)
	}
	return s
}

// heading returns a heading in another case or width, with blanks.
func (h hand) heading(name string) string {
	turned := strings.Map(func(r rune) rune {
		if unicode.IsLower(r) {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, name)
	return h.text(h.one(name, strings.ToUpper(name), turned, strings.ReplaceAll(name, " ", "  "), strings.ReplaceAll(wide(name),
		" ", "\u3000")))
}
