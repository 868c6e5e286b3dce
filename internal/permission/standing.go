package permission

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// Standing is what lastingly stands against contact with a customer for a purpose over a channel: what the evaluator says, without
// what passes within a day. It is stored when something about the customer is recorded, in the same transaction, so that audiences
// can be counted in SQL. A customer about whom nothing was ever recorded has no rows. A row is believed only under the rules it was
// computed with and until its next change; otherwise the evaluator is asked.
type Standing struct {
	CustomerID    int64         `gorm:"primaryKey"`
	Purpose       Purpose       `gorm:"primaryKey"`
	Channel       Channel       `gorm:"primaryKey"`
	AddressHash   string        // of the customer's first address for the channel; empty when there is none
	SuppressionID int64         // among the reasons; 0 for none
	ConsentID     int64         // the event in force that permits marketing; 0 for other purposes
	First         Code          // empty: nothing stands against it
	Reasons       string        // JSON of []Reason; empty: none
	AllowedFrom   clock.Instant // from when nothing lasting stands against it any more; none: it does not end by itself
	NextChangeAt  clock.Instant // when time alone may change it; none: never
	RulesVersion  int           // 0: out of date
	ComputedAt    clock.Instant
}

// TableName names the table.
func (Standing) TableName() string { return "permission_standings" }

// Lasting returns the reasons, in the order in which the first one is named.
func (s Standing) Lasting() ([]Reason, error) {
	if s.Reasons == "" {
		return nil, nil
	}
	var reasons []Reason
	if err := json.Unmarshal([]byte(s.Reasons), &reasons); err != nil {
		return nil, fmt.Errorf("read the standing of customer %d: %w", s.CustomerID, err)
	}
	return reasons, nil
}

// current reports whether the row says what the evaluator would say at an instant.
func (s Standing) current(version int, at clock.Instant) bool {
	return s.RulesVersion == version && s.ComputedAt <= at && (s.NextChangeAt.IsZero() || at < s.NextChangeAt)
}

// purposeChannel is a purpose and a channel it may use.
type purposeChannel struct {
	purpose Purpose
	channel Channel
}

// standingKinds are what is kept of each customer.
var standingKinds = []purposeChannel{
	{ServiceCallback, ByPhone},
	{Survey, ByPhone},
	{Survey, BySMS},
	{Survey, ByEmail},
	{MarketingCall, ByPhone},
	{MarketingMessage, BySMS},
	{MarketingMessage, ByEmail},
}

// Standings returns the standing of each customer there is for a purpose and channel at an instant: the stored row where it is
// believed, else computed, a few queries for every 500 customers either way.
func (s *Service) Standings(
	tx database.Tx, customerIDs []int64, purpose Purpose, channel Channel, at clock.Instant,
) (map[int64]Standing, error) {
	rules, err := s.newestRules(tx)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	found := make(map[int64]Standing, len(customerIDs))
	for chunk := range slices.Chunk(customerIDs, database.MaxIn) {
		rows, err := store{tx}.standings(chunk, purpose, channel)
		if err != nil {
			return nil, err
		}
		var rest []int64
		for _, id := range chunk {
			if row, stored := rows[id]; stored && row.current(rules.Version, at) {
				found[id] = row
				continue
			}
			rest = append(rest, id)
		}
		if len(rest) == 0 {
			continue
		}
		subjects, err := s.directory.Subjects(tx, rest)
		if err != nil {
			return nil, fmt.Errorf("standings: %w", err)
		}
		questions := make([]Question, 0, len(subjects))
		for _, id := range rest {
			if subject, known := subjects[id]; known {
				questions = append(questions, Question{Subject: subject, Purpose: purpose, Channel: channel, At: at})
			}
		}
		computed, err := s.compute(tx, rules, questions)
		if err != nil {
			return nil, err
		}
		for _, row := range computed {
			found[row.CustomerID] = row
		}
	}
	return found, nil
}

// compute returns the standing that answers each question.
func (s *Service) compute(tx database.Tx, rules *Rules, questions []Question) ([]Standing, error) {
	rows := make([]Standing, 0, len(questions))
	for chunk := range slices.Chunk(questions, database.MaxIn) {
		facts, err := s.load(tx, chunk, present)
		if err != nil {
			return nil, fmt.Errorf("compute standings: %w", err)
		}
		for i, q := range chunk {
			row := Standing{
				CustomerID: q.Subject.CustomerID, Purpose: q.Purpose, Channel: q.Channel, RulesVersion: rules.Version, ComputedAt: q.At,
			}
			if address := q.address(); address != "" {
				row.AddressHash = s.hashes(q.Channel.kind(), address)[0]
			}
			if err := row.fill(rules, facts[i], q); err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// fill writes down what the evaluator says.
func (s *Standing) fill(rules *Rules, facts Facts, q Question) error {
	var reasons []Reason
	reasons, s.AllowedFrom, s.NextChangeAt = rules.Outlook(facts, q)
	s.ConsentID = consentInForce(reasons, facts, q)
	if len(reasons) == 0 {
		return nil
	}
	s.First = reasons[0].Code
	for _, r := range reasons {
		if id, found := strings.CutPrefix(r.Evidence, "suppression "); found {
			s.SuppressionID, _ = strconv.ParseInt(id, 10, 64) // written by the evaluator
		}
	}
	body, err := json.Marshal(reasons)
	if err != nil {
		return fmt.Errorf("write the standing of customer %d: %w", s.CustomerID, err)
	}
	s.Reasons = string(body)
	return nil
}

// StandingCount is how many customers have a first reason against a purpose and channel.
type StandingCount struct {
	Purpose   Purpose
	Channel   Channel
	First     Code // empty: nothing lasting stands against it
	Customers int
}

// countedLive is up to how many rows are counted while somebody waits.
const countedLive = 100_000

// countsSetting is where the refresh keeps the counts of a big centre.
const countsSetting = "permission.standing_counts"

// keptCounts are counts and when they were made.
type keptCounts struct {
	At     clock.Instant
	Counts []StandingCount
}

// StandingCounts counts the customers about whom anything was ever recorded, by purpose, channel and first lasting reason, and returns
// as of when: now, or in a big centre the last refresh; none when that has not come by yet. A row that is out of date counts as it was
// until the next refresh, within RefreshEvery.
func (s *Service) StandingCounts(ctx context.Context) ([]StandingCount, clock.Instant, error) {
	st := store{s.db.View(ctx)}
	few, err := st.atMostStandings(countedLive)
	if err != nil {
		return nil, 0, err
	}
	if few {
		counts, err := st.standingCounts()
		return counts, s.now(), err
	}
	text, err := database.Setting(st.Tx, countsSetting)
	if err != nil || text == "" {
		return nil, 0, err
	}
	var kept keptCounts
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, 0, fmt.Errorf("read the counts of standings: %w", err)
	}
	return kept.Counts, kept.At, nil
}

// keepCounts counts all standings for those who will look.
func (s *Service) keepCounts(ctx context.Context) (string, error) {
	at := s.now()
	counts, err := store{s.db.View(ctx)}.standingCounts()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(keptCounts{at, counts})
	if err != nil {
		return "", fmt.Errorf("keep the counts of standings: %w", err)
	}
	return string(text), nil
}

// maxStandings bounds a page of StandingsBy.
const maxStandings = 500

// StandingsBy lists what StandingCounts counted: the customers behind one number, in order of their ids, after the given one, as
// far as the viewer sees them.
func (s *Service) StandingsBy(
	ctx context.Context, viewer account.Viewer, purpose Purpose, channel Channel, first Code, after int64, limit int,
) ([]Standing, error) {
	seen, args := s.directory.SeenBy(viewer, "permission_standings.customer_id")
	return store{s.db.View(ctx)}.standingsBy(seen, args, purpose, channel, first, after, min(limit, maxStandings))
}
