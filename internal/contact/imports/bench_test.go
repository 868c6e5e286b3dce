package imports

import (
	"strconv"
	"testing"

	"aftercall/internal/table"
)

// BenchmarkConvert turns usual rows into contacts.
func BenchmarkConvert(b *testing.B) {
	m, err := ParseMapping([]byte(`
zone: Asia/Shanghai
region: CN
columns: {external_id: id, status: state, customer.name: name, customer.phones: phone, opened_at: opened, resolved_at: done,
  talk_seconds: talk, complaint: complaint, category: category, resolution_text: note}
values: {status: {已办结: resolved, 处理中: pending}}
participants: [{role: handled, agent: agent, team: team}]
answers: [{metric: csat, column: score, values: {满意: 4}}]
attributes: {tier: tier}
`))
	if err != nil {
		b.Fatal(err)
	}
	header := []string{
		"id", "state", "name", "phone", "opened", "done", "talk", "complaint", "category", "note", "agent", "team",
		"score", "tier",
	}
	c, err := newConverter(m, header, table.Found{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		row := table.Row{Line: i, Cells: []string{
			"T-" + strconv.Itoa(i), "已办结", "王敏", "13912340001", "2026-11-20 09:00:00", "2026-11-20 10:00:00", "02:23", "否", "宽带",
			"重启光猫后恢复正常", "张伟", "夜班", "5", "gold",
		}}
		if got := c.convert(row); len(got.problems)+len(got.warnings) > 0 {
			b.Fatal(got)
		}
	}
}
