// Package public is the pages for people without a login: for customers the survey, and whether and how we may contact them; for teams in
// the field the handoffs they owe a reply to. A token in the address is all the
// login there is.
package public

import (
	"context"
	"embed"
	"slices"

	"aftercall/survey"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	surveys  surveyService
	couriers courierService
	handoffs handoffService
	posts    *limiter // by token
}

// New returns the area.
func New(site *frame.Site, surveys surveyService, couriers courierService, handoffs handoffService) frame.Area {
	h := &handlers{Site: site, surveys: surveys, couriers: couriers, handoffs: handoffs, posts: newLimiter(30)}
	return frame.Area{
		Files:  files,
		Routes: slices.Concat(h.surveyRoutes(), h.handoffRoutes()),
		Samples: slices.Concat(
			handoffSamples(),
			preferencesSamples(),
			surveySamples(),
		),
	}
}

// surveyService is what these pages ask of surveys.
type surveyService interface {
	ByToken(ctx context.Context, token string) (survey.Asked, error)
	Choose(ctx context.Context, token, language string, choice survey.Choice) error
	Preferences(ctx context.Context, token string) (survey.Preferences, error)
	Submit(ctx context.Context, token, language string, sub survey.Submission) error
}
