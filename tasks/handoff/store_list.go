package handoff

import (
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// visible narrows a query of handoffs to those the viewer sees: the same as By.sees.
func (s store) visible(viewer account.Viewer) *gorm.DB {
	g := s.Gorm().Model(&Handoff{})
	teams := viewer.VisibleTeams()
	switch viewer.Role {
	case account.Admin:
		return g
	case account.Supervisor:
		if teams == nil {
			return g
		}
		return g.Where("(team_id IN ? OR from_team_id IN ?)", teams, teams)
	case account.Handler:
		if teams == nil {
			return g
		}
		return g.Where("team_id IN ?", teams)
	case account.Caller:
		return g.Where("(for_caller = ? OR opened_by = ?)", viewer.UserID, viewer.UserID)
	case account.Machine:
		return g.Where("source_id = ?", viewer.SourceID)
	case account.Marketing:
	}
	return g.Where("1 = 0")
}

func (s store) filtered(viewer account.Viewer, f Filter, now clock.Instant) *gorm.DB {
	g := s.visible(viewer)
	switch {
	case f.Overdue:
		g = g.Where("state IN ? AND due_at < ?", []State{Open, Taken, Asked}, now)
	case len(f.States) > 0:
		g = g.Where("state IN ?", f.States)
	default:
		g = g.Where("state IN ?", []State{Open, Taken, Asked, Suspended, Replied})
	}
	if f.Kind != "" {
		g = g.Where("kind = ?", f.Kind)
	}
	if f.TeamID != 0 {
		g = g.Where("team_id = ?", f.TeamID)
	}
	if f.Mine && viewer.Role == account.Caller {
		g = g.Where("for_caller = ?", viewer.UserID)
	} else if f.Mine {
		g = g.Where("owner_id = ?", viewer.UserID)
	}
	if f.Unowned {
		g = g.Where("owner_id = 0 AND owner_name = ''")
	}
	if f.Severity != 0 {
		g = g.Where("severity = ?", f.Severity)
	}
	if f.Result != "" {
		g = g.Where("result = ?", f.Result)
	}
	if f.Contact != 0 {
		g = g.Where("contact_id = ?", f.Contact)
	}
	return g
}

func (s store) list(viewer account.Viewer, f Filter, limit int, now clock.Instant) ([]Handoff, error) {
	return database.List[Handoff](f.Order.page(s.filtered(viewer, f, now), f.After).Limit(limit), "handoffs")
}

// page orders a query and begins it behind a cursor; one that is none begins at the beginning.
func (o Order) page(g *gorm.DB, after string) *gorm.DB {
	first, second, _ := strings.Cut(after, "-")
	due, err1 := strconv.ParseInt(first, 10, 64)
	id, err2 := strconv.ParseInt(second, 10, 64)
	begun := err1 == nil && err2 == nil
	switch o {
	case ByAge:
		if begun {
			g = g.Where("id > ?", id)
		}
		return g.Order("id")
	case Newest:
		if begun {
			g = g.Where("id < ?", id)
		}
		return g.Order("id DESC")
	case ByDue:
	}
	if begun {
		g = g.Where("(due_at > ? OR due_at = ? AND id > ?)", due, due, id)
	}
	return g.Order("due_at, id")
}

// cursor is what Filter.After takes to begin behind a handoff.
func (Order) cursor(h Handoff) string { return itoa(int64(h.DueAt)) + "-" + itoa(h.ID) }

func (s store) count(viewer account.Viewer, f Filter, now clock.Instant) (int, error) {
	return countHandoffs(s.Tx, s.filtered(viewer, f, now))
}

// countWarned counts what is owed soon.
func (s store) countWarned(viewer account.Viewer, now clock.Instant) (int, error) {
	return countHandoffs(s.Tx, s.visible(viewer).
		Where("state IN ? AND due_at >= ? AND warn_at <= ?", []State{Open, Taken, Asked}, now, now))
}

func countHandoffs(tx database.Tx, g *gorm.DB) (int, error) {
	n, err := database.CountUpTo(tx, g, MostCounted+1)
	if err != nil {
		return 0, fmt.Errorf("count handoffs: %w", err)
	}
	return n, nil
}

func (s store) ofCaller(callerID int64, limit int) ([]Handoff, error) {
	return database.List[Handoff](s.Gorm().Where("for_caller = ? AND state IN ?", callerID, States()[:5]).
		Order("CASE WHEN state = 'asked' THEN 0 ELSE 1 END, due_at, id").Limit(limit), "handoffs of a caller")
}

// told narrows a query of notices to what the viewer is told: what is for them alone, and what is for all of their role.
func (s store) told(viewer account.Viewer) *gorm.DB {
	g := s.Gorm().Model(&Notice{}).Where("seen_at = 0")
	all, args := toldTo(viewer)
	if viewer.UserID == 0 {
		return g.Where("for_user_id = 0 AND "+all, args...)
	}
	return g.Where("(for_user_id = ? OR for_user_id = 0 AND "+all+")", append([]any{viewer.UserID}, args...)...)
}

// toldTo is what all of a role are told, of the teams the viewer sees.
func toldTo(viewer account.Viewer) (condition string, args []any) {
	teams := viewer.VisibleTeams()
	switch viewer.Role {
	case account.Admin:
		return "told IN ?", []any{[]account.Role{account.Admin, account.Supervisor}}
	case account.Supervisor:
		if teams == nil {
			return "told = ?", []any{account.Supervisor}
		}
		return "told = ? AND (team_id IN ? OR from_team_id IN ?)", []any{account.Supervisor, teams, teams}
	case account.Handler:
		if teams == nil {
			return "told = ?", []any{account.Handler}
		}
		return "told = ? AND team_id IN ?", []any{account.Handler, teams}
	case account.Caller, account.Machine, account.Marketing:
	}
	return "1 = 0", nil
}

func (s store) notices(viewer account.Viewer, limit int) ([]Notice, error) {
	return database.List[Notice](s.told(viewer).Order("id DESC").Limit(limit), "notices of handoffs")
}

func (s store) seeNotices(viewer account.Viewer, handoffID int64, now clock.Instant) error {
	return s.seen(s.told(viewer).Where("handoff_id = ?", handoffID), now, viewer.UserID)
}

func (s store) mistakes(viewer account.Viewer, from, to clock.Instant) ([]MistakeCount, error) {
	g := s.visible(viewer).Joins("JOIN handoff_entries ON handoff_entries.handoff_id = handoffs.id").
		Where("handoff_entries.act IN ? AND handoff_entries.at >= ? AND handoff_entries.at < ? AND handoff_entries.code IN ?",
			[]Act{ActSentBack, ActForwarded, ActClosed}, from, to, Mistakes())
	var counts []MistakeCount
	const counted = "handoffs.from_team_id AS team_id, handoffs.for_caller AS caller_id, handoff_entries.code AS mistake, COUNT(*) AS count"
	err := g.Select(counted).
		Group("handoffs.from_team_id, handoffs.for_caller, handoff_entries.code").
		Order("count DESC, team_id, caller_id").Limit(1000).Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count mistakes: %w", err)
	}
	return counts, nil
}

// openedBy returns the handoffs that callers opened in calls within [from, until).
func (s store) openedBy(callerIDs []int64, from, until clock.Instant) ([]Opened, error) {
	return database.In[Opened](callerIDs, "opened handoffs", func(part []int64) *gorm.DB {
		return s.Gorm().Model(&Handoff{}).Select("opened_by AS caller_id, callback_id, said_at AS at").
			Where("opened_by IN ? AND said_at >= ? AND said_at < ? AND callback_id <> 0", part, from, until)
	})
}
