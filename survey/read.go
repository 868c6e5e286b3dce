package survey

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// AnsweredResponse is a response as those who act on answers see it.
type AnsweredResponse struct {
	ResponseID   int64
	ResolutionID int64
	ContactID    int64
	CustomerID   int64
	AgentID      int64
	TeamID       int64
	Category     string
	Via          Via
	Revision     int
	AnsweredAt   clock.Instant  // of the newest revision
	Late         bool           // kept and acted on, not scored
	Metric       figures.Metric // of the core answer; empty when there is none
	Value        int
	Scale        string
	Dissatisfied bool
	Satisfied    bool
	Solved       *bool
	Reasons      []string // option keys
	Comment      string
}

// Answered returns a response with its newest answers. It returns fault.NotFound when there is none.
func (s *Service) Answered(ctx context.Context, responseID int64) (AnsweredResponse, error) {
	st := store{s.db.View(ctx)}
	r, answers, err := st.responseWhere("id = ?", responseID)
	if err != nil {
		return AnsweredResponse{}, fmt.Errorf("response %d: %w", responseID, err)
	}
	return answered(r, answers), nil
}

// Rating returns the answer that counts about a resolution, in whatever way it was given, without its reasons and comment. It reports
// false when there is none.
func (s *Service) Rating(tx database.Tx, resolutionID int64) (AnsweredResponse, bool, error) {
	first, err := store{tx}.firstCounted(resolutionID)
	if err != nil || len(first) == 0 {
		return AnsweredResponse{}, false, err
	}
	return answered(first[0], nil), true, nil
}

func answered(r Response, answers []Answer) AnsweredResponse {
	a := AnsweredResponse{
		ResponseID: r.ID, ResolutionID: r.ResolutionID, ContactID: r.ContactID, CustomerID: r.CustomerID, AgentID: r.AgentID,
		TeamID: r.TeamID, Category: r.Category, Via: r.Via, Revision: r.Revision, AnsweredAt: r.AnsweredAt, Late: r.Late,
		Metric: r.ScoreMetric, Value: r.ScoreValue, Scale: r.ScoreScale,
		Dissatisfied: r.evaluated() && r.ScoreBand == figures.Low, Satisfied: r.evaluated() && r.ScoreBand == figures.High,
	}
	for _, answer := range answers {
		a.Comment = cmp.Or(a.Comment, answer.Comment)
		a.Reasons = append(a.Reasons, answer.Chosen()...)
		if answer.Metric == figures.SolvedYes && answer.Value != nil {
			yes := *answer.Value == 1
			a.Solved = &yes
		}
	}
	return a
}

// LowFilter narrows the list of low scores, the newest first. The zero value takes the newest 20 of all.
type LowFilter struct {
	From, To clock.Instant                // by answered time, [From, To); none for no bound
	Where    map[figures.Dimension]string // only those of these members; none for all
	Before   Position                     // continue after the last one of the page before
	Limit    int                          // 20 when zero, at most 200
}

// Position is where a page ended: the newest-first order of responses.
type Position struct {
	AnsweredAt clock.Instant
	ID         int64
}

// LowScores returns the newest dissatisfied responses of the viewer's teams, late ones too: they are acted on, though not scored.
func (s *Service) LowScores(ctx context.Context, viewer account.Viewer, filter LowFilter) ([]AnsweredResponse, error) {
	filter.Limit = min(cmp.Or(filter.Limit, 20), 200)
	st := store{s.db.View(ctx)}
	responses, err := st.lowScores(viewer, filter)
	if err != nil {
		return nil, err
	}
	answers, err := st.currentAnswers(responses)
	if err != nil {
		return nil, err
	}
	list := make([]AnsweredResponse, len(responses))
	for i, r := range responses {
		list[i] = answered(r, answers[r.ID])
	}
	return list, nil
}

// ReasonCount is how often a reason was given.
type ReasonCount struct {
	Key   string
	Text  Text // as the newest version of the built-in survey words it; empty for a reason it no longer has
	Count int
}

// Reasons counts the reasons given with the low scores of a filter, in the viewer's teams, the most frequent first.
func (s *Service) Reasons(ctx context.Context, viewer account.Viewer, filter LowFilter) ([]ReasonCount, error) {
	st := store{s.db.View(ctx)}
	groups, err := st.reasonGroups(viewer, filter)
	if err != nil {
		return nil, err
	}
	version, err := st.current(BuiltIn)
	if err != nil {
		return nil, err
	}
	question, _ := version.questionnaire.Question(KeyReasons)
	counts := map[string]int{}
	for _, g := range groups {
		var keys []string
		if err := json.Unmarshal([]byte(g.Choices), &keys); err != nil {
			return nil, fmt.Errorf("read reasons: %w", err)
		}
		for _, key := range keys {
			counts[key] += g.Count
		}
	}
	list := make([]ReasonCount, 0, len(counts))
	for key, n := range counts {
		list = append(list, ReasonCount{Key: key, Text: question.option(key), Count: n})
	}
	slices.SortFunc(list, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key))
	})
	return list, nil
}

// Current returns the built-in survey as it is asked now, for the desk and for showing reasons.
func (s *Service) Current(ctx context.Context) (Questionnaire, error) {
	version, err := store{s.db.View(ctx)}.current(BuiltIn)
	return version.questionnaire, err
}

// Names returns the names of every survey that a plan may name, in order.
func (s *Service) Names(ctx context.Context) ([]string, error) {
	return store{s.db.View(ctx)}.names()
}

// option returns the text of the option with a key.
func (q Question) option(key string) Text {
	for _, o := range q.Options {
		if o.Key == key {
			return o.Text
		}
	}
	return nil
}

// Score is the core answer of one response: how satisfied a customer said they were, or whether they would recommend.
type Score struct {
	CustomerID int64
	Metric     figures.Metric
	Value      int
	Band       figures.Band
	At         clock.Instant // of the first answer
}

// scoresEach is how many answers of one customer are told: who decides by the last one needs no more.
const scoresEach = 20

// Scores returns the newest valid core answers of each of the customers who gave one, the newest first, at most 20 of each.
func (s *Service) Scores(tx database.Tx, customerIDs []int64) (map[int64][]Score, error) {
	rows, err := store{tx}.newestScores(customerIDs)
	scores := make(map[int64][]Score, len(rows))
	for _, row := range rows {
		scores[row.CustomerID] = append(scores[row.CustomerID], row)
	}
	return scores, err
}

// NewestScores returns, for each of the customers who has one, the newest response with a valid satisfaction answer. Only its id,
// customer, band and times are filled in.
func (s *Service) NewestScores(tx database.Tx, customerIDs []int64) (map[int64]Response, error) {
	rows, err := store{tx}.scoresOf(customerIDs)
	newest := make(map[int64]Response, len(rows))
	for _, r := range rows {
		if r.FirstAnsweredAt >= newest[r.CustomerID].FirstAnsweredAt {
			newest[r.CustomerID] = r
		}
	}
	return newest, err
}
