package decision

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// count is how many decisions agree in everything a summary shows.
type count struct {
	Kind   policy.Kind
	State  State
	Reason policy.Reason
	Rule   policy.RuleID
	Fate   policy.Reason
	Count  int
	// PolicyVersion is the newest one among them.
	PolicyVersion int
}

// fate is the SQL of what became of a planned decision; its one argument is the current instant.
const fate = `CASE WHEN decisions.state <> 'planned' THEN ''
	WHEN decisions.cancelled_at > 0 THEN decisions.cancel_reason
	WHEN decisions.kind = 'callback' THEN COALESCE(callbacks.state, '')
	WHEN decisions.due_at > ? THEN '` + string(FateScheduled) + `' ELSE '` + string(FateHandedOver) + `' END`

// withCallbacks joins the callback of each decision that has one.
func (s store) withCallbacks() *gorm.DB {
	return s.Gorm().Model(&Decision{}).
		Joins("LEFT JOIN callbacks ON callbacks.resolution_id = decisions.resolution_id " +
			"AND callbacks.decision_id = decisions.id AND callbacks.round = decisions.revision")
}

// until is the end of a period, cut at now: a resolution that a source tells ahead of its time counts nowhere until then.
func until(to, now clock.Instant) clock.Instant {
	if end := now + 1; to.IsZero() || to > end {
		return end
	}
	return to
}

// ofPeriod narrows a query on decisions to a scope and to resolutions of a period; the end is one of until.
func ofPeriod(teams []int64, g *gorm.DB, from, to clock.Instant) *gorm.DB {
	if len(teams) > 0 {
		g = g.Where("decisions.team_id IN ?", teams)
	}
	if !from.IsZero() {
		g = g.Where("decisions.resolved_at >= ?", from)
	}
	return g.Where("decisions.resolved_at < ?", to)
}

func (s store) counts(teams []int64, from, to, now clock.Instant) ([]count, error) {
	var rows []count
	err := ofPeriod(teams, s.withCallbacks(), from, until(to, now)).
		Select("decisions.kind, decisions.state, decisions.reason, decisions.rule, "+fate+" AS fate, "+
			"COUNT(*) AS count, MAX(decisions.policy_version) AS policy_version", now).
		Group("decisions.kind, decisions.state, decisions.reason, decisions.rule, fate").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count decisions: %w", err)
	}
	return rows, nil
}

// withFate is a decision and what became of it.
type withFate struct {
	Decision
	Fate policy.Reason
}

func (s store) decisions(f Filter, teams []int64, now clock.Instant) ([]withFate, error) {
	g := ofPeriod(teams, s.withCallbacks(), f.From, until(f.To, now))
	for column, value := range map[string]string{
		"decisions.kind": string(f.Kind), "decisions.state": string(f.State), "decisions.reason": string(f.Reason),
		"decisions.rule": string(f.Rule),
	} {
		if value != "" {
			g = g.Where(column+" = ?", value)
		}
	}
	if f.Fate != "" {
		g = g.Where(fate+" = ?", now, f.Fate)
	}
	if f.Before != 0 {
		g = g.Where("decisions.id < ?", f.Before)
	}
	var rows []withFate
	err := g.Select("decisions.*, "+fate+" AS fate", now).Order("decisions.id DESC").Limit(callback.Limited(f.Limit)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	return rows, nil
}

// resolutions lists resolutions of a period with their decision of one kind; where there is none, with what it will be about.
func (s store) resolutions(f Filter, teams []int64, now clock.Instant) ([]withFate, error) {
	g := s.Gorm().Model(&contact.Resolution{})
	if f.State == Undecided {
		g = g.Where("NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.resolution_id = resolutions.id AND d.kind = ?)", f.Kind)
	}
	if len(teams) > 0 {
		g = g.Where("team_id IN ?", teams)
	}
	if !f.From.IsZero() {
		g = g.Where("resolved_at >= ?", f.From)
	}
	g = g.Where("resolved_at < ?", until(f.To, now))
	if f.Before != 0 {
		g = g.Where("resolved_at <= ?", f.BeforeAt).Where("resolved_at < ? OR id < ?", f.BeforeAt, f.Before)
	}
	var found []contact.Resolution
	if err := g.Order("resolved_at DESC, id DESC").Limit(callback.Limited(f.Limit)).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list resolutions: %w", err)
	}
	ids := make([]int64, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	decided, err := s.decisionsOfResolutions(ids, f.Kind, now)
	if err != nil {
		return nil, err
	}
	rows := make([]withFate, len(found))
	for i, r := range found {
		var known bool
		if rows[i], known = decided[r.ID]; !known {
			rows[i].Decision = Decision{
				ResolutionID: r.ID, Kind: f.Kind, ContactID: r.ContactID, CustomerID: r.CustomerID, PersonID: r.PersonID, TeamID: r.TeamID,
				State: Undecided, ResolvedAt: r.ResolvedAt,
			}
		}
	}
	return rows, nil
}

// decisionsOfResolutions returns the decisions of one kind by resolution.
func (s store) decisionsOfResolutions(ids []int64, kind policy.Kind, now clock.Instant) (map[int64]withFate, error) {
	rows, err := database.In[withFate](ids, "the decisions of resolutions", func(part []int64) *gorm.DB {
		return s.withCallbacks().Select("decisions.*, "+fate+" AS fate", now).
			Where("decisions.resolution_id IN ? AND decisions.kind = ?", part, kind)
	})
	decided := make(map[int64]withFate, len(rows))
	for _, d := range rows {
		decided[d.ResolutionID] = d
	}
	return decided, err
}

// bucketCount is how many decisions fall alike in one quarter of an hour. Every zone's days begin on a quarter of an hour, so the
// database need not know zones.
type bucketCount struct {
	Start clock.Instant
	Kind  policy.Kind
	State State
	Count int
}

func (s store) quarterHourCounts(teams []int64, from, to, now clock.Instant) ([]bucketCount, error) {
	var rows []bucketCount
	err := ofPeriod(teams, s.Gorm().Model(&Decision{}), from, until(to, now)).
		Select("resolved_at - resolved_at % 900000000 AS start, kind, state, COUNT(*) AS count").
		Group("start, kind, state").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count decisions by time: %w", err)
	}
	return rows, nil
}

// aboutContact returns the decisions about a contact, the newest resolution first.
func (s store) aboutContact(contactID int64, now clock.Instant) ([]withFate, error) {
	var rows []withFate
	err := s.withCallbacks().Select("decisions.*, "+fate+" AS fate", now).Where("decisions.contact_id = ?", contactID).
		Order("decisions.resolution_id DESC, decisions.id").Limit(maxEvents).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the decisions about contact %d: %w", contactID, err)
	}
	return rows, nil
}
