package database

import (
	"fmt"
	"math"
	"strings"

	"gorm.io/gorm"

	"aftercall/internal/clock"
)

// Stretch is a part of what happened, read from its end: what lies before a place, at most Limit rows of it. Of what happened at one
// instant the row with the higher id comes first.
type Stretch struct {
	At    clock.Instant
	ID    int64 // of rows at At itself: only those up to this id
	Limit int
}

// Newest is the stretch at the very end.
func Newest(limit int) Stretch {
	return Stretch{At: math.MaxInt64, ID: math.MaxInt64, Limit: limit}
}

// Moment is a column of times at which a row tells something, and the condition under which it does so then.
type Moment struct {
	Column string
	When   string // empty: always when there is a time
	Args   []any
}

// Latest returns the ids of the rows that tell something in the stretch: by each of the moments the newest rows, as many as the stretch
// has. Among them are all rows that tell one of the newest things in it; whether a row also tells something newer is not looked at. from
// makes the query of all rows in question, anew for each moment; id is the column of their ids. It is one statement.
func (s Stretch) Latest(tx Tx, id string, from func() *gorm.DB, moments ...Moment) ([]int64, error) {
	parts, queries := make([]string, len(moments)), make([]any, len(moments))
	for i, m := range moments {
		q := from().Select(id+" AS id").Where("("+m.Column+" < ? OR "+m.Column+" = ? AND "+id+" <= ?)", s.At, s.At, s.ID)
		if q = q.Where(m.Column + " > 0"); m.When != "" {
			q = q.Where(m.When, m.Args...)
		}
		queries[i] = q.Order(m.Column + " DESC, " + id + " DESC").Limit(s.Limit)
		parts[i] = fmt.Sprintf("SELECT id FROM (?) AS m%d", i)
	}
	var ids []int64
	if err := tx.Gorm().Raw(strings.Join(parts, " UNION "), queries...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("look for what happened last: %w", err)
	}
	return ids, nil
}
