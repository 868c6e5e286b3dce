package figures

import (
	"slices"
	"strconv"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

// TimeBase says which time puts an answer on a day.
type TimeBase string

// The time bases.
const (
	ByAnswered TimeBase = "answered" // when it happened: answered, sent, resolved, as the metric says; the default
	ByResolved TimeBase = "resolved" // when the contact was resolved
)

// IncidentScope says what of incidents a query counts.
type IncidentScope string

// The scopes. What is counted with all of it is the sum of the other two.
const (
	WithIncidents    IncidentScope = ""        // whatever the contact is tied to
	WithoutIncidents IncidentScope = "without" // only what is tied to no incident
	OnlyIncidents    IncidentScope = "only"    // only what is tied to one
)

// IncidentScopes returns every scope.
func IncidentScopes() []IncidentScope {
	return []IncidentScope{WithIncidents, WithoutIncidents, OnlyIncidents}
}

// Query asks for the figures of one metric over a range of days. The zero value of every field but Metric, From and To is good.
type Query struct {
	Metric Metric
	Scale  string                 // "": the metric's usual scale, or all scales where only bands are counted
	From   clock.Day              // the first day, included
	To     clock.Day              // the last day, included
	Zone   *time.Location         // where the days begin; nil for the centre's zone
	Time   TimeBase               // "" for ByAnswered
	AsOf   clock.Instant          // only what was recorded until then; none for everything
	Where  map[Dimension][]string // members; several of one dimension are pooled, several dimensions are all required
	// Incidents leaves out what is tied to an incident now, or all else; IncidentID narrows that to one incident. Ties are read, not
	// frozen: a contact that is tied later is left out of what was answered before, too.
	Incidents  IncidentScope
	IncidentID int64
	Empty      bool           // in a Report by day, week or month: periods without anything counted too
	Viewer     account.Viewer // narrows to the viewer's teams; the zero Viewer is the machine itself and sees all
}

// MaxDays is the longest range of one query that reads entries: two leap years.
const MaxDays = 732

// maxMembers bounds a filter.
const maxMembers = 500

// Metrics returns the metrics that can be asked for.
func Metrics() []Metric {
	return []Metric{CSAT, NPS, CES, SolvedYes, Evaluated, Covered, Resolved, Invited, Delivered, Unresolved}
}

// ParseMetric reads a metric's code; the two rates are also known by the names of their figures.
func ParseMetric(code string) (Metric, error) {
	switch code {
	case "evaluation_rate":
		return Evaluated, nil
	case "coverage":
		return Covered, nil
	}
	if m := Metric(code); slices.Contains(Metrics(), m) {
		return m, nil
	}
	return "", fault.InvalidFields(fault.Field{
		Name: "metric", Code: "unknown_metric",
		Problem: "is none of csat, nps, ces, solved, evaluation_rate, coverage, resolved, invited, delivered, unresolved", Value: code,
	})
}

// ParseDimension reads a dimension's code.
func ParseDimension(code string) (Dimension, error) {
	if d := Dimension(code); d.valid() {
		return d, nil
	}
	return "", fault.InvalidFields(fault.Field{
		Name: "by", Code: "unknown_dimension",
		Problem: "is none of all, source, agent, team, channel, category, product, severity", Value: code,
	})
}

// plan is a query made ready for the store.
type plan struct {
	metrics  []Metric
	from, to clock.Day
	zone     *time.Location
	time     TimeBase
	asOf     clock.Instant
	until    clock.Instant // what happens later counts nowhere yet, though a source may have told of it
	where    map[Dimension][]string
	by       Dimension // All for none
	scope    IncidentScope
	incident int64
	days     bool // apart by day
	rollups  bool // the roll-ups know the answer
	nothing  bool // the viewer may see none of it
}

func (s *Service) plan(q Query, by Dimension, days bool) (plan, error) {
	p := plan{
		metrics: q.Metric.read(), from: q.From, to: q.To, zone: q.Zone, time: q.Time, asOf: q.AsOf,
		where: map[Dimension][]string{}, by: by, days: days, scope: q.Incidents, incident: q.IncidentID,
	}
	if p.until = s.now(); !p.asOf.IsZero() {
		p.until = min(p.until, p.asOf)
	}
	if p.zone == nil {
		p.zone = s.zone
	}
	if p.time == "" {
		p.time = ByAnswered
	}
	for d, members := range q.Where {
		if len(members) > 0 && d != All {
			p.where[d] = members
		}
	}
	p.narrow(q.Viewer)
	if err := p.check(q); err != nil {
		return plan{}, err
	}
	p.rollups = p.zone.String() == s.zone.String() && p.time == ByAnswered && p.asOf.IsZero() && p.oneDimension() &&
		p.scope == WithIncidents
	if !p.rollups && p.to-p.from >= MaxDays {
		return plan{}, fault.InvalidFields(fault.Field{
			Name: "to", Code: "range_too_long", Problem: "is more than two years after the first day", Value: q.To.String(),
		})
	}
	return p, nil
}

// narrow keeps to the viewer's teams and to what has no team, as every list does.
func (p *plan) narrow(v account.Viewer) {
	if v.SeesAllTeams() {
		return
	}
	mine := []string{IDMember(0)}
	for _, id := range v.TeamIDs {
		mine = append(mine, IDMember(id))
	}
	if asked := p.where[Team]; len(asked) > 0 {
		mine = slices.DeleteFunc(slices.Clone(asked), func(m string) bool { return !slices.Contains(mine, m) })
	}
	p.where[Team] = mine
	p.nothing = len(mine) == 0
}

func (p *plan) check(q Query) error {
	var fields []fault.Field
	if !slices.Contains(Metrics(), q.Metric) {
		fields = append(fields, fault.Field{Name: "metric", Code: "unknown_metric", Problem: "is not a metric", Value: string(q.Metric)})
	}
	if !p.by.valid() {
		fields = append(fields, fault.Field{Name: "by", Code: "unknown_dimension", Problem: "is not a dimension", Value: string(p.by)})
	}
	if p.time != ByAnswered && p.time != ByResolved {
		fields = append(fields, fault.Field{
			Name: "time", Code: "unknown_time_base", Problem: "is neither answered nor resolved", Value: string(p.time),
		})
	}
	if !slices.Contains(IncidentScopes(), p.scope) {
		fields = append(fields, fault.Field{
			Name: "incidents", Code: "unknown_value", Problem: "is neither without nor only", Value: string(p.scope),
		})
	}
	if q.To < q.From {
		fields = append(fields, fault.Field{Name: "to", Code: "before_from", Problem: "is before the first day", Value: q.To.String()})
	}
	for d, members := range p.where {
		fields = append(fields, checkMembers(d, members)...)
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

func checkMembers(d Dimension, members []string) []fault.Field {
	if !d.valid() {
		return []fault.Field{{Name: string(d), Code: "unknown_dimension", Problem: "is not a dimension"}}
	}
	if len(members) > maxMembers {
		return []fault.Field{{Name: string(d), Code: "too_many_members", Problem: "has more than 500 members"}}
	}
	if !d.Named() {
		return nil
	}
	for _, m := range members {
		if _, err := strconv.ParseInt(m, 10, 64); err != nil {
			return []fault.Field{{Name: string(d), Code: "not_an_id", Problem: "is not an id", Value: m}}
		}
	}
	return nil
}

// oneDimension reports whether the query filters on or breaks down by at most one dimension. Roll-ups keep no more.
func (p *plan) oneDimension() bool {
	if p.by == All {
		return len(p.where) <= 1
	}
	_, same := p.where[p.by]
	return len(p.where) == 0 || (same && len(p.where) == 1)
}

// rollupDimension returns the dimension whose roll-ups answer; only for a plan with rollups set.
func (p *plan) rollupDimension() Dimension {
	if p.by == All {
		for d := range p.where {
			return d
		}
	}
	return p.by
}

// start and end bound the instants of the range: start included, end not.
func (p *plan) start() clock.Instant { return p.from.Start(p.zone) }
func (p *plan) end() clock.Instant   { return (p.to + 1).Start(p.zone) }
