// Package figures keeps the numbers: signed score entries that features append in the transaction of their own rows, daily
// roll-ups folded from them, and the figures computed from either, each with its count and its interval.
//
// Definitions are those of docs/scores.md. Counts are integers; a figure with n = 0 is none, never 0.
package figures

import "aftercall/internal/clock"

// Metric is what an entry counts. csat, nps and ces carry a value and a band; the others are counters with value 1.
type Metric string

// The metrics.
const (
	CSAT      Metric = "csat"      // an answer; occurred when answered
	NPS       Metric = "nps"       // an answer; occurred when answered
	CES       Metric = "ces"       // an answer; occurred when answered
	SolvedYes Metric = "solved"    // an answer to "is it resolved?", value 1 or 0; occurred when answered
	Resolved  Metric = "resolved"  // a resolution; occurred when resolved
	Covered   Metric = "covered"   // a resolution with its first valid answer; occurred when resolved
	Invited   Metric = "invited"   // an invitation sent; occurred when sent
	Delivered Metric = "delivered" // an invitation delivered; occurred when sent
	Evaluated Metric = "evaluated" // an invitation with a valid core answer; occurred when sent
	// Unresolved is a valid core answer about a contact that is not resolved; occurred when answered first.
	Unresolved Metric = "unresolved"
)

// Band is where a value falls by the thresholds of its question version.
type Band int8

// The bands: dissatisfied/detractor, neutral/passive, satisfied/promoter.
const (
	Low  Band = -1
	Mid  Band = 0
	High Band = 1
)

// Dimensions are what figures can be broken down by, frozen when the resolution arrived.
type Dimensions struct {
	SourceID int64
	AgentID  int64
	TeamID   int64
	Channel  string
	Category string
	Product  string
	Severity string
}

// Entry is one signed fact. A correction appends its reversal (Sign -1) and the new one; entries are never changed.
type Entry struct {
	ID           int64
	Metric       Metric
	Scale        string // such as "1-5"; means over different scales are never mixed
	Sign         int8   // +1 or -1
	Value        int
	Band         Band
	OccurredAt   clock.Instant
	RecordedAt   clock.Instant
	ResolvedAt   clock.Instant // of the resolution, for reports by resolved time
	ResolutionID int64
	Folded       bool
	Dimensions   `gorm:"embedded"`
}

// TableName names the table.
func (Entry) TableName() string { return "score_entries" }
