package incident

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/policy"
)

// propose proposes one incident for bursts that are new, and notes the others with it. What an open incident is about already is noted with
// that one, as is what is a burst only through the contacts of one that is known.
func (s *Service) propose(tx database.Tx, found []seenBurst, now clock.Instant) error {
	st := store{tx}
	known, err := st.bursts(now.Add(-sameBurst))
	if err != nil {
		return err
	}
	open, err := st.inState(Proposed, Draft, Active, Releasing)
	if err != nil {
		return err
	}
	var fresh, noted []seenBurst
	var rows []burst
	note := func(b seenBurst, row burst) {
		row.SeenAt = now
		rows, noted = append(rows, row), append(noted, b)
	}
	incidentOf := func(b seenBurst) int64 { return rows[slices.Index(noted, b)].IncidentID }
	for _, b := range found {
		old, seen := known[[2]string{b.Field, b.Value}]
		switch id := about(open, b); {
		case seen:
			note(b, old)
		case id != 0:
			note(b, b.row(id))
		default:
			fresh = append(fresh, b)
		}
	}
	earlier := slices.Clone(noted)
	fresh = slices.DeleteFunc(fresh, func(b seenBurst) bool {
		i := slices.IndexFunc(earlier, b.within)
		if i >= 0 {
			note(b, b.row(incidentOf(earlier[i])))
		}
		return i >= 0
	})
	if len(fresh) > 0 {
		id, err := s.proposeOne(tx, fresh, now)
		if err != nil {
			return err
		}
		for _, b := range fresh {
			note(b, b.row(id))
		}
	}
	return st.putBursts(rows)
}

// row is a burst as it is kept, with its incident.
func (b seenBurst) row(incidentID int64) burst {
	return burst{Field: b.Field, Value: b.Value, SinceAt: b.HourAt, IncidentID: incidentID}
}

// about returns the incident whose rule names the value of a burst; 0 for none.
func about(open []Incident, b seenBurst) int64 {
	for _, i := range open {
		for _, c := range i.Filter() {
			if string(c.Field) == b.Field && c.Op == policy.Is && slices.Contains(c.Values, b.Value) {
				return i.ID
			}
		}
	}
	return 0
}

func (s *Service) proposeOne(tx database.Tx, fresh []seenBurst, now clock.Instant) (int64, error) {
	st, b := store{tx}, fresh[0]
	if n, err := st.countOpen(); err != nil || n >= maxOpen {
		return 0, err
	}
	rule, err := json.Marshal(policy.Filter{{Field: policy.Field(b.Field), Op: policy.Is, Values: []string{b.Value}}})
	if err != nil {
		return 0, fmt.Errorf("write the rule of a proposed incident: %w", err)
	}
	i := Incident{
		Name: nameOf(b.Value), State: Proposed, Origin: ByBurst, Rule: string(rule), FromAt: b.HourAt, PerHour: usualRate,
		Field: b.Field, Value: b.Value, Seen: b.now, Usual: int(math.Round(b.usual)), CreatedAt: now, ChangedAt: now,
	}
	if err := st.add(&i); err != nil {
		return 0, err
	}
	var also []string
	for _, other := range fresh[1:] {
		also = append(also, other.Value+" "+strconv.Itoa(other.now))
	}
	e := Event{IncidentID: i.ID, At: now, Kind: EventProposed, Count: b.now, Detail: strings.Join(also, ", ")}
	if err := st.addEvent(e); err != nil {
		return 0, err
	}
	return i.ID, account.Audit(tx, now, account.Viewer{}, "incident.proposed", "incident", i.ID, "")
}

// nameOf is what a proposal is called until somebody says something better.
func nameOf(value string) string {
	if utf8.RuneCountInString(value) > maxName {
		return string([]rune(value)[:maxName])
	}
	return value
}
