// Package scores is the board and the scores behind it, with what each figure came from.
package scores

import (
	"context"
	"embed"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/figures"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	worklist worklistService
	contacts contactService
	figures  figureService
	members  memberService
	surveys  surveyService
	handoffs handoffService
}

// New returns the area.
func New(
	site *frame.Site, worklist worklistService, contacts contactService,
	figures figureService, members memberService, surveys surveyService, handoffs handoffService,
) frame.Area {
	h := &handlers{
		Site: site, worklist: worklist, contacts: contacts, figures: figures, members: members, surveys: surveys, handoffs: handoffs,
	}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.boardRoutes(),
			h.scoresRoutes(),
		),
		Samples: slices.Concat(
			scoresSamples(),
			boardSamples(),
		),
	}
}

// worklistService is what these pages ask about recoveries.
type worklistService interface {
	Recoveries(ctx context.Context, viewer account.Viewer, from, to clock.Instant) (worklist.RecoveryCounts, error)
	RecoveriesOf(ctx context.Context, resolutionIDs []int64) (map[int64]callback.Callback, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	ContactsByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]contact.Contact, error)
	CustomersByID(ctx context.Context, viewer account.Viewer, ids []int64) (map[int64]contact.Customer, error)
}

// figureService is what these pages ask of figures.
type figureService interface {
	Breakdown(ctx context.Context, q figures.Query, by figures.Dimension) ([]figures.Row, error)
	Score(ctx context.Context, q figures.Query) (figures.Figure, error)
	Series(ctx context.Context, q figures.Query, step figures.Step) ([]figures.Point, error)
	Today() clock.Day
	Zone() *time.Location
}

// memberService names the members of a dimension: agents, teams, sources.
type memberService interface {
	MemberNames(ctx context.Context, d figures.Dimension, members []string) (map[string]string, error)
}

// surveyService is what these pages ask of surveys.
type surveyService interface {
	Current(ctx context.Context) (survey.Questionnaire, error)
	LowScores(ctx context.Context, viewer account.Viewer, filter survey.LowFilter) ([]survey.AnsweredResponse, error)
	Reasons(ctx context.Context, viewer account.Viewer, filter survey.LowFilter) ([]survey.ReasonCount, error)
}

// handoffService is what these pages ask of handoffs.
type handoffService interface {
	Notices(ctx context.Context, viewer account.Viewer) ([]handoff.Told, error)
}
