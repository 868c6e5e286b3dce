package survey

import (
	"encoding/json"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/figures"
)

// Via is the way a response came in.
type Via string

// The ways.
const (
	ByLink     Via = "link"
	InCall     Via = "call"   // a caller asked and typed
	FromSource Via = "import" // came with the contact, from a survey made elsewhere
)

// Response holds the answers of one customer to one invitation, in one call, or given elsewhere. Answers are kept in revisions,
// each of them complete.
type Response struct {
	ID                 int64
	InvitationID       *int64
	SurveyVersionID    int64
	ResolutionID       int64 // 0: about a contact that is not resolved
	ContactID          int64
	CustomerID         int64
	Via                Via
	ExternalKey        *string // "call:<attempt>", "import:<resolution>:<metric>" or "import:contact-<id>:<metric>"; taken over once
	Language           string
	Revision           int
	FirstAnsweredAt    clock.Instant
	AnsweredAt         clock.Instant // of the newest revision
	FinishedAt         clock.Instant // none while pages are left
	Late               bool          // after the expiry: kept, acted on, and not scored
	ExcludedAt         clock.Instant
	ExcludedReason     string
	CallbackID         int64
	ScoreMetric        figures.Metric // of the core answer; empty when there is none
	ScoreScale         string
	ScoreValue         int
	ScoreBand          figures.Band
	ResolvedAt         clock.Instant
	figures.Dimensions `gorm:"embedded"`
}

// counted reports whether the response's answers count in figures.
func (r Response) counted() bool { return !r.Late && r.ExcludedAt.IsZero() }

// evaluated reports whether there is a core answer.
func (r Response) evaluated() bool { return r.ScoreMetric != "" }

// editable reports whether the customer may still change the answers.
func (r Response) editable(now clock.Instant) bool { return now <= r.FirstAnsweredAt.Add(editWindow) }

// score copies the core answer to the response, where lists find it.
func (r *Response) score(answers []Answer) {
	r.ScoreMetric, r.ScoreScale, r.ScoreValue, r.ScoreBand = "", "", 0, 0
	for _, a := range answers {
		if a.isCore() {
			r.ScoreMetric, r.ScoreScale, r.ScoreValue, r.ScoreBand = a.Metric, a.Scale, *a.Value, a.Band
			return
		}
	}
}

// entries returns what the response counts for. sentAt is when its invitation was sent, or none without an invitation.
func (r Response) entries(answers []Answer, sentAt clock.Instant) []figures.Entry {
	if !r.counted() {
		return nil
	}
	var counted []figures.Entry
	for _, a := range answers {
		if a.Metric == "" || a.Value == nil {
			continue
		}
		e := r.entry(a.Metric, a.AnsweredAt)
		e.Scale, e.Value, e.Band = a.Scale, *a.Value, a.Band
		counted = append(counted, e)
	}
	if r.evaluated() && !sentAt.IsZero() {
		counted = append(counted, r.entry(figures.Evaluated, sentAt))
	}
	if r.evaluated() && r.ResolutionID == 0 {
		counted = append(counted, r.entry(figures.Unresolved, r.FirstAnsweredAt))
	}
	return counted
}

// covered returns the entry of a resolution with its first valid answer.
func (r Response) covered() figures.Entry { return r.entry(figures.Covered, r.ResolvedAt) }

func (r Response) entry(metric figures.Metric, at clock.Instant) figures.Entry {
	return figures.Entry{
		Metric: metric, Sign: 1, Value: 1, Band: figures.High, OccurredAt: at,
		ResolvedAt: r.ResolvedAt, ResolutionID: r.ResolutionID, Dimensions: r.Dimensions,
	}
}

// corrections returns the entries that turn before into after: reversals of what is gone, and what is new. Entries in both are
// left alone.
func corrections(before, after []figures.Entry, now clock.Instant) []figures.Entry {
	var changes []figures.Entry
	for _, e := range before {
		if !slices.Contains(after, e) {
			changes = append(changes, e.Reversal(now))
		}
	}
	for _, e := range after {
		if !slices.Contains(before, e) {
			e.RecordedAt = now
			changes = append(changes, e)
		}
	}
	return changes
}

// Answer is what was answered to one question in one revision.
type Answer struct {
	ID         int64
	ResponseID int64
	Revision   int
	Question   string // key
	Metric     figures.Metric
	Scale      string
	Value      *int // of a rating, a yes/no or a consent
	Band       figures.Band
	Choices    string // JSON array of option keys
	Comment    string
	AnsweredAt clock.Instant // when this answer was given; kept by later revisions that do not change it
}

// isCore reports whether the answer is a rating with a metric.
func (a Answer) isCore() bool {
	return a.Value != nil && (a.Metric == figures.CSAT || a.Metric == figures.NPS || a.Metric == figures.CES)
}

// Chosen returns the keys of the chosen options.
func (a Answer) Chosen() []string {
	var keys []string
	if a.Choices != "" {
		_ = json.Unmarshal([]byte(a.Choices), &keys) // written by choices below
	}
	return keys
}

func choices(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	b, _ := json.Marshal(keys) // strings always marshal
	return string(b)
}

// same reports whether two answers say the same.
func (a Answer) same(b Answer) bool {
	sameValue := a.Value == nil && b.Value == nil || a.Value != nil && b.Value != nil && *a.Value == *b.Value
	return a.Question == b.Question && sameValue && a.Choices == b.Choices && a.Comment == b.Comment
}

// empty reports whether nothing was answered.
func (a Answer) empty() bool { return a.Value == nil && a.Choices == "" && a.Comment == "" }
