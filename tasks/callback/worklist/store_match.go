package worklist

import (
	"gorm.io/gorm"

	"aftercall/internal/database"
	"aftercall/tasks/callback"
)

// matching narrows a query of callbacks to a list, without its order.
func (f finder) matching(g *gorm.DB) *gorm.DB {
	if f.narrowed {
		if f.teams != nil {
			g = g.Where("callbacks.team_id IN ?", f.teams)
		}
		if f.TeamID != 0 {
			g = g.Where("callbacks.team_id = ?", f.TeamID)
		}
		if f.Kind != "" {
			g = g.Where("callbacks.kind = ?", f.Kind)
		}
	}
	switch f.Set {
	case Open:
		g = g.Where("callbacks.closed_at = 0")
	case Closed:
		g = g.Where("callbacks.closed_at > 0")
	case Any:
	}
	if f.State != "" {
		g = g.Where("callbacks.state = ?", f.State)
	}
	if f.Held {
		g = g.Where("callbacks.state = ? AND callbacks.lease_until > ?", callback.Claimed, f.now)
	}
	if f.Reason != "" {
		g = g.Where("callbacks.reason = ?", f.Reason)
	}
	if f.CallerID != 0 {
		g = g.Where("(callbacks.caller_id = ? OR callbacks.reserved_for = ?)", f.CallerID, f.CallerID)
	}
	if f.Overdue {
		g = g.Where("callbacks.due_at < ?", f.now)
	}
	return f.beside(f.inPeriod(g))
}

func (f finder) inPeriod(g *gorm.DB) *gorm.DB {
	column := map[Period]string{DueIn: "callbacks.due_at", PlannedIn: "callbacks.created_at", ClosedIn: "callbacks.closed_at"}[f.Of]
	if column == "" {
		return g
	}
	if f.From != 0 {
		g = g.Where(column+" >= ?", f.From)
	}
	if f.To != 0 {
		g = g.Where(column+" < ?", f.To)
	}
	return g
}

// beside adds what the rows of other tables say. They are read one for each callback that matches so far, and never the other way round.
func (f finder) beside(g *gorm.DB) *gorm.DB {
	join := "CROSS JOIN"
	if f.Dialect() == database.MySQL {
		join = "STRAIGHT_JOIN"
	}
	tickets, names := f.sought.Conditions("contacts", "customers")
	if f.SourceID != 0 || f.Category != "" || tickets.SQL != "" {
		g = g.Joins(join + " contacts ON contacts.id = callbacks.contact_id")
	}
	if f.SourceID != 0 {
		g = g.Where("contacts.source_id = ?", f.SourceID)
	}
	if f.Category != "" {
		g = g.Where("contacts.category = ?", f.Category)
	}
	if !f.sought.Nothing() {
		g = g.Joins(join + " customers ON customers.id = callbacks.customer_id")
		g = g.Where("("+tickets.SQL+" OR "+names.SQL+")", append(tickets.Vars, names.Vars...)...)
	}
	return g
}

// ordered puts a query into the order of the list, behind where it goes on.
func (f finder) ordered(g *gorm.DB) *gorm.DB {
	g = g.Select("callbacks.*")
	k := f.After
	switch {
	case f.Set == Any:
		if k.ID != 0 {
			g = g.Where("callbacks.id < ?", k.ID)
		}
		return g.Order("callbacks.id DESC")
	case f.Set == Closed:
		if k.ID != 0 {
			g = g.Where("callbacks.closed_at <= ? AND (callbacks.closed_at < ? OR callbacks.id < ?)", k.At, k.At, k.ID)
		}
		return g.Order("callbacks.closed_at DESC, callbacks.id DESC")
	case f.Sort == ByAge:
		if k.ID != 0 {
			g = g.Where("callbacks.id > ?", k.ID)
		}
		return g.Order("callbacks.id")
	case f.Sort == ByPriority:
		if k.ID != 0 {
			g = g.Where("callbacks.priority >= ? AND (callbacks.priority > ? OR callbacks.due_at > ? OR "+
				"callbacks.due_at = ? AND callbacks.id > ?)", k.Priority, k.Priority, k.At, k.At, k.ID)
		}
		return g.Order("callbacks.priority, callbacks.due_at, callbacks.id")
	}
	if k.ID != 0 {
		g = g.Where("callbacks.due_at >= ? AND (callbacks.due_at > ? OR callbacks.id > ?)", k.At, k.At, k.ID)
	}
	return g.Order("callbacks.due_at, callbacks.id")
}
