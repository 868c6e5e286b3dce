package incident

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/policy"
)

// BurstsEvery is how often it is looked for bursts.
const BurstsEvery = 10 * time.Minute

const (
	hour         = time.Hour
	week         = 7 * 24 * time.Hour
	weeksBefore  = 8
	daysBefore   = 7                // where fewer than two weeks were counted
	keptHours    = 9 * week         // of counts
	sameBurst    = 3 * hour         // a burst that pauses for less is the same one
	countAtOnce  = 2000             // contacts a transaction
	settled      = time.Minute      // contacts are counted when transactions that were under way beside them are over
	allField     = "all"            // counts every contact
	countedUntil = "bursts.counted" // the setting with the last contact that was counted
	maxField     = 100
	maxValue     = 190
)

// hourCount is how many contacts began in an hour with a value of a field.
type hourCount struct {
	HourAt clock.Instant `gorm:"primaryKey;autoIncrement:false"`
	Field  string        `gorm:"primaryKey"`
	Value  string        `gorm:"primaryKey"`
	Count  int
}

// TableName names the table.
func (hourCount) TableName() string { return "contact_hours" }

// burst is a value of a field that had far more contacts than usual, from when it was first seen to when it was last.
type burst struct {
	Field      string `gorm:"primaryKey"`
	Value      string `gorm:"primaryKey"`
	SinceAt    clock.Instant
	SeenAt     clock.Instant
	IncidentID int64 // the incident it was proposed as, or that was about it already
}

// seenBurst is a burst of an hour.
type seenBurst struct {
	hourCount
	verdict
	now int
}

// Bursts is the periodic job that counts the contacts that came, looks for values of which there are far more in this hour or the last than
// usual, and proposes an incident. It pauses nothing. A burst is proposed once, whatever becomes of it; what has a burst at the same time
// as another is noted with that one, for an outage shows in a category, a product and a region alike.
func (s *Service) Bursts(ctx context.Context, ticket outbox.Ticket) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(database.Background(ctx), func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, countedUntil); err != nil {
			return err
		}
		more, err := s.countContacts(tx, now)
		if err != nil {
			return err
		}
		if more {
			return ticket.Again(tx, now)
		}
		if err := ticket.Done(tx); err != nil {
			return err
		}
		if err := (store{tx}).forgetHours(now.Add(-keptHours), hourOf(now).Add(-2*hour)); err != nil {
			return err
		}
		found, err := s.burstsNow(tx, now)
		if err != nil || len(found) == 0 {
			return err
		}
		return s.propose(tx, found, now)
	})
	if err != nil {
		return fmt.Errorf("look for bursts of contacts: %w", err)
	}
	return nil
}

func hourOf(at clock.Instant) clock.Instant { return at - at%clock.Instant(hour.Microseconds()) }

// countContacts counts the contacts that came since it was last done, and reports whether there are more.
func (s *Service) countContacts(tx database.Tx, now clock.Instant) (bool, error) {
	text, err := database.Setting(tx, countedUntil)
	if err != nil {
		return false, err
	}
	last, _ := strconv.ParseInt(text, 10, 64)
	contacts, err := contact.ReceivedAfter(tx, last, now.Add(-settled), countAtOnce)
	if err != nil || len(contacts) == 0 {
		return false, err
	}
	if err := s.count(tx, contacts, now.Add(-keptHours), now); err != nil {
		return false, err
	}
	last = contacts[len(contacts)-1].ID
	return len(contacts) == countAtOnce, database.PutSetting(tx, countedUntil, strconv.FormatInt(last, 10))
}

// count adds contacts to the counts of the hours in which they began.
func (s *Service) count(tx database.Tx, contacts []contact.Contact, from, until clock.Instant) error {
	customers := make([]int64, len(contacts))
	sources := make([]int64, len(contacts))
	for i, c := range contacts {
		customers[i], sources[i] = c.CustomerID, c.SourceID
	}
	people, err := contact.CustomersByID(tx, customers)
	if err != nil {
		return err
	}
	names, err := contact.SourceNames(tx, sources)
	if err != nil {
		return err
	}
	attributes, err := s.policies.AttributesIn(tx)
	if err != nil {
		return err
	}
	counts := map[hourCount]int{}
	for _, c := range contacts {
		began := cmp.Or(c.OpenedAt, c.ReceivedAt)
		if began.Before(from) || began.After(until) {
			continue
		}
		add := func(field policy.Field, value string) {
			if value != "" && utf8.RuneCountInString(value) <= maxValue && len(field) <= maxField {
				counts[hourCount{HourAt: hourOf(began), Field: string(field), Value: value}]++
			}
		}
		who := people[c.CustomerID]
		add(allField, allField)
		add(policy.ContactCategory, c.Category)
		add(policy.ContactProduct, c.Product)
		add(policy.ContactSource, names[c.SourceID])
		add(policy.CustomerRegion, who.Region)
		said := who.AttributeMap()
		for _, a := range attributes {
			if a.Kind == policy.TextField {
				add(policy.AttributeField(a.Name), said[a.Name])
			}
		}
	}
	rows := make([]hourCount, 0, len(counts))
	for row, n := range counts {
		row.Count = n
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b hourCount) int {
		return cmp.Or(cmp.Compare(a.HourAt, b.HourAt), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Value, b.Value))
	})
	return store{tx}.addHours(rows)
}

// burstsNow returns the bursts of this hour, which is not over, and of the last, each value once, the greatest first.
func (s *Service) burstsNow(tx database.Tx, now clock.Instant) ([]seenBurst, error) {
	var found []seenBurst
	for _, at := range []clock.Instant{hourOf(now), hourOf(now).Add(-hour)} {
		some, err := burstsOf(tx, at)
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			if !slices.ContainsFunc(found, func(f seenBurst) bool { return f.Field == b.Field && f.Value == b.Value }) {
				found = append(found, b)
			}
		}
	}
	slices.SortFunc(found, compareBursts)
	return found, nil
}

// burstsOf returns the bursts of one hour.
func burstsOf(tx database.Tx, at clock.Instant) ([]seenBurst, error) {
	st := store{tx}
	candidates, err := st.hours([]clock.Instant{at}, leastBurst)
	if err != nil || len(candidates) == 0 {
		return nil, err
	}
	first, err := st.firstHour()
	if err != nil {
		return nil, err
	}
	earlier := earlierHours(at, first)
	past, err := st.hours(earlier, 1)
	if err != nil {
		return nil, err
	}
	type key struct {
		at           clock.Instant
		field, value string
	}
	counts := make(map[key]int, len(past))
	for _, row := range past {
		counts[key{row.HourAt, row.Field, row.Value}] = row.Count
	}
	before := func(field, value string) []int {
		all := make([]int, len(earlier))
		for i, h := range earlier {
			all[i] = counts[key{h, field, value}]
		}
		return all
	}
	total := 0
	for _, c := range candidates {
		if c.Field == allField {
			total = c.Count
		}
	}
	var found []seenBurst
	for _, c := range candidates {
		if c.Field == allField {
			continue
		}
		v, known := sample{now: c.Count, before: before(c.Field, c.Value), allNow: total, allBefore: before(allField, allField)}.judge()
		if known && v.burst(c.Count) {
			found = append(found, seenBurst{hourCount: c, verdict: v, now: c.Count})
		}
	}
	return found, nil
}

// earlierHours returns the same hour of earlier weeks as far as contacts were counted then; where that is less than two weeks, of earlier
// days.
func earlierHours(at, first clock.Instant) []clock.Instant {
	back := func(n int, step time.Duration) []clock.Instant {
		var hours []clock.Instant
		for k := 1; k <= n; k++ {
			if h := at.Add(-time.Duration(k) * step); !first.IsZero() && !h.Before(first) {
				hours = append(hours, h)
			}
		}
		return hours
	}
	if weeks := back(weeksBefore, week); len(weeks) >= 2 {
		return weeks
	}
	return back(daysBefore, 24*hour)
}
