package figures

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/tie"
)

// slot is a time an entry falls in, finer than a day of any zone: a quarter of an hour, because zones are whole quarters from UTC.
type slot int64

// slotMicros is the length of a slot.
const slotMicros = 15 * 60 * 1_000_000

// found is one group of what a plan selects.
type found struct {
	Metric Metric
	Scale  string
	Member string
	Day    clock.Day // of roll-ups, when days are apart
	Slot   slot      // of entries, when days are apart
	Sums   `gorm:"embedded"`
}

// read returns the groups of a plan: from the roll-ups and the entries not folded yet, or from the entries alone. It is one
// statement, and so one moment: a fold that commits meanwhile is seen whole or not at all.
func (s store) read(p plan) ([]found, error) {
	if p.nothing {
		return nil, nil
	}
	entries := selectEntries(s.Tx, p)
	sql := entries
	if p.rollups {
		entries.and("folded = 0")
		sql = selectRollups(p).union(entries)
	}
	var rows []found
	if err := s.Gorm().Raw(sql.text(), sql.args()...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	for i := range rows {
		if rows[i].Day == noDay {
			rows[i].Day = clock.DayOf(clock.Instant(rows[i].Slot)*slotMicros, p.zone)
		}
	}
	return rows, nil
}

// noDay stands in the day of an entry: it is worked out from the slot, in the zone.
const noDay clock.Day = -1 << 31

// selection is a SELECT being put together. Its parts come from this file only; values are bound.
type selection struct {
	columns []string
	from    string
	where   []string
	bound   []any
	group   []string
	next    *selection // UNION ALL
}

func (q *selection) and(condition string, values ...any) {
	q.where = append(q.where, condition)
	q.bound = append(q.bound, values...)
}

func (q *selection) union(o *selection) *selection {
	q.next = o
	return q
}

func (q *selection) text() string {
	sql := "SELECT " + strings.Join(q.columns, ", ") + " FROM " + q.from + " WHERE " + strings.Join(q.where, " AND ") +
		" GROUP BY " + strings.Join(q.group, ", ")
	if q.next != nil {
		sql += " UNION ALL " + q.next.text()
	}
	return sql
}

func (q *selection) args() []any {
	if q.next == nil {
		return q.bound
	}
	return slices.Concat(q.bound, q.next.args())
}

// column adds a column; one that is a key also keeps the groups apart.
func (q *selection) column(name, expression string, key bool) {
	q.columns = append(q.columns, expression+" AS "+name)
	if key {
		q.group = append(q.group, expression)
	}
}

func selectRollups(p plan) *selection {
	q := &selection{from: "rollups"}
	q.column("metric", "metric", true)
	q.column("scale", "scale", true)
	q.column("member", ifElse(p.by == All, "''", "member"), p.by != All)
	q.column("day", ifElse(p.days, "day", "0"), p.days)
	q.column("slot", "0", false)
	for _, name := range []string{"n", "low", "mid", "high", "sum", "sum_squares"} {
		q.column(name, "SUM("+name+")", false)
	}
	d := p.rollupDimension()
	q.and("metric IN ?", p.metrics)
	q.and("dimension = ?", d)
	q.and("day BETWEEN ? AND ?", p.from, min(p.to, clock.DayOf(p.until, p.zone)))
	if members := p.where[d]; len(members) > 0 {
		q.and("member IN ?", members)
	}
	return q
}

func selectEntries(tx database.Tx, p plan) *selection {
	at := ifElse(p.time == ByResolved, "resolved_at", "occurred_at")
	q := &selection{from: "score_entries"}
	q.column("metric", "metric", true)
	q.column("scale", "scale", true)
	q.column("member", memberColumn(tx, p.by), p.by != All)
	q.column("day", ifElse(p.days, strconv.Itoa(int(noDay)), "0"), false)
	q.column("slot", ifElse(p.days, wholeSlots(tx, at), "0"), p.days)
	q.column("n", "SUM(sign)", false)
	q.column("low", "SUM(CASE WHEN band < 0 THEN sign ELSE 0 END)", false)
	q.column("mid", "SUM(CASE WHEN band = 0 THEN sign ELSE 0 END)", false)
	q.column("high", "SUM(CASE WHEN band > 0 THEN sign ELSE 0 END)", false)
	q.column("sum", "SUM(sign * value)", false)
	q.column("sum_squares", "SUM(sign * value * value)", false)
	q.and("metric IN ?", p.metrics)
	q.and(at+" >= ? AND "+at+" < ?", p.start(), p.end())
	q.and("occurred_at <= ?", p.until)
	if p.time == ByResolved {
		q.and("resolved_at <= ?", p.until)
	}
	if !p.asOf.IsZero() {
		q.and("recorded_at <= ?", p.asOf)
	}
	for _, d := range slices.Sorted(maps.Keys(p.where)) {
		q.and(d.Column()+" IN ?", d.values(p.where[d]))
	}
	p.incidents(q)
	return q
}

// incidents narrows a selection to what is tied to an incident, or is not.
func (p plan) incidents(q *selection) {
	if p.scope == WithIncidents {
		return
	}
	tied, bound := "EXISTS (SELECT 1 FROM resolutions AS r JOIN incident_contacts AS t ON t.contact_id = r.contact_id "+
		"WHERE r.id = score_entries.resolution_id AND t.state <> ?", []any{tie.Removed}
	if p.incident != 0 {
		tied, bound = tied+" AND t.incident_id = ?", append(bound, p.incident)
	}
	q.and(ifElse(p.scope == WithoutIncidents, "NOT ", "")+tied+")", bound...)
}

func ifElse(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// memberColumn is the dimension's column of score_entries, as text.
func memberColumn(tx database.Tx, d Dimension) string {
	switch {
	case d == All:
		return "''"
	case !d.Named():
		return d.Column()
	case tx.Dialect() == database.SQLite:
		return "CAST(" + d.Column() + " AS TEXT)"
	}
	return "CAST(" + d.Column() + " AS CHAR)"
}

// wholeSlots is the number of whole slots in a column of instants.
func wholeSlots(tx database.Tx, column string) string {
	if tx.Dialect() == database.SQLite {
		return fmt.Sprintf("%s / %d", column, slotMicros)
	}
	return fmt.Sprintf("%s DIV %d", column, slotMicros)
}

// values returns members as the dimension's column holds them.
func (d Dimension) values(members []string) any {
	if !d.Named() {
		return members
	}
	ids := make([]int64, 0, len(members))
	for _, m := range members {
		if id, err := strconv.ParseInt(m, 10, 64); err == nil { // the plan has refused everything else
			ids = append(ids, id)
		}
	}
	return ids
}
