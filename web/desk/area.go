// Package desk is what a caller works in: the callback at hand, the list of one's own, and the day.
package desk

import (
	"context"
	"embed"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/upkeep"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/call"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

//go:embed templates locales
var files embed.FS

// handlers answer the requests of the area.
type handlers struct {
	*frame.Site
	callbacks callbackService
	calls     callService
	worklist  worklistService
	pauses    pauseService
	floor     floorService
	notices   noticeService
	customers customerService
	scripts   scriptService
	timelines timelineService
	surveys   surveyService
	contacts  contactService
	figures   figureService
	handoffs  handoffService
}

// New returns the area.
func New(
	site *frame.Site, callbacks callbackService, calls callService, worklist worklistService, pauses pauseService,
	floor floorService, notices noticeService,
	customers customerService, scripts scriptService, timelines timelineService,
	surveys surveyService, contacts contactService, figures figureService, handoffs handoffService,
) frame.Area {
	h := &handlers{
		Site: site, callbacks: callbacks, calls: calls, worklist: worklist, pauses: pauses,
		floor: floor, notices: notices,
		customers: customers, scripts: scripts, timelines: timelines,
		surveys: surveys, contacts: contacts, figures: figures, handoffs: handoffs,
	}
	return frame.Area{
		Files: files,
		Routes: slices.Concat(
			h.deskRoutes(),
			h.tasksRoutes(),
			h.customerRoutes(),
			h.correctRoutes(),
			h.handOverRoutes(),
			h.noticeRoutes(),
		),
		Samples: slices.Concat(
			tasksSamples(),
			deskSamples(),
			customerSamples(),
			correctSamples(),
			handOverSamples(),
		),
	}
}

// callService is what these pages ask for calls.
type callService interface {
	Ring(ctx context.Context, viewer account.Viewer, callbackID, fence int64, known int) (call.Ringing, error)
}

// worklistService is what these pages ask about a caller's own tasks and day.
type worklistService interface {
	MyDay(ctx context.Context, viewer account.Viewer, date clock.Day) (worklist.Day, error)
	MyTasks(ctx context.Context, viewer account.Viewer, f worklist.MineFilter) (worklist.Mine, error)
}

// pauseService is what these pages ask about pauses.
type pauseService interface {
	Current(ctx context.Context, viewer account.Viewer) (p pause.Pause, on bool, err error)
	End(ctx context.Context, viewer account.Viewer) error
	Start(ctx context.Context, viewer account.Viewer, reason pause.Reason) error
}

// floorService is what these pages tell the floor, and ask about it.
type floorService interface {
	Pulse(ctx context.Context, viewer account.Viewer) (floor.Pulse, error)
	Seen(ctx context.Context, viewer account.Viewer) error
	WrapUp(ctx context.Context, viewer account.Viewer, fence int64) error
}

// noticeService is what these pages ask about notices.
type noticeService interface {
	OnDesk(ctx context.Context, viewer account.Viewer) ([]notice.Shown, error)
	Read(ctx context.Context, viewer account.Viewer, id int64, version int) error
}

// callbackService is what these pages ask of callbacks.
type callbackService interface {
	Beat(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (callback.Pulse, error)
	ByID(ctx context.Context, viewer account.Viewer, id int64) (callback.Desk, error)
	Claim(ctx context.Context, viewer account.Viewer) (callback.Desk, error)
	Correct(ctx context.Context, viewer account.Viewer, attemptID int64, o callback.Outcome, why string) error
	Take(ctx context.Context, viewer account.Viewer) (callback.Callback, error)
	Current(ctx context.Context, viewer account.Viewer) (callback.Desk, error)
	DiscardDraft(ctx context.Context, viewer account.Viewer, callbackID int64) error
	Finish(
		ctx context.Context, viewer account.Viewer, callbackID, fence int64, outcome callback.Outcome,
	) (callback.Recorded, error)
	Help(ctx context.Context, desk callback.Desk) ([]string, error)
	MayOffer(ctx context.Context, desk callback.Desk, spoken script.Spoken) (bool, error)
	Outcomes(ctx context.Context) (*outcome.Set, error)
	Pause(
		ctx context.Context, viewer account.Viewer, callbackID, fence int64, until clock.Instant, words string,
	) (callback.Callback, error)
	OwnTimeAt(ctx context.Context, viewer account.Viewer, callbackID int64, at, until clock.Instant) (callback.OwnTime, error)
	Pick(ctx context.Context, viewer account.Viewer, callbackID int64) (callback.Desk, error)
	Prefetch(ctx context.Context, viewer account.Viewer) (callback.Upcoming, error)
	Receivers(ctx context.Context, viewer account.Viewer, callbackID int64) (callback.Receivers, error)
	Release(ctx context.Context, viewer account.Viewer, callbackID, fence int64) (callback.Callback, error)
	SaveDraft(
		ctx context.Context, viewer account.Viewer, callbackID, fence int64, typed callback.Outcome,
	) (leaseUntil clock.Instant, err error)
	Script(ctx context.Context, desk callback.Desk, callerName string) (script.Spoken, error)
	Skip(ctx context.Context, viewer account.Viewer, callbackID, fence int64, reason callback.SkipReason) (callback.Callback, error)
	Supply(ctx context.Context, viewer account.Viewer) (callback.Supply, error)
	ToCorrect(ctx context.Context, viewer account.Viewer, callbackID, attemptID int64) (callback.ToCorrect, error)
	Transfer(ctx context.Context, viewer account.Viewer, callbackID, fence int64, to callback.Handover) (callback.Callback, error)
	Undo(ctx context.Context, viewer account.Viewer, callbackID int64) (callback.Desk, error)
}

// customerService is what these pages ask of the care for customers' data.
type customerService interface {
	Correct(
		ctx context.Context, viewer account.Viewer, customerID, callbackID int64, a contact.Amendment,
	) ([]upkeep.Field, error)
	Sheet(ctx context.Context, viewer account.Viewer, customerID int64) (maintenance.Sheet, error)
}

// timelineService is what these pages ask about what happened.
type timelineService interface {
	CallbackTimeline(ctx context.Context, viewer account.Viewer, c callback.Callback) ([]contact.Event, error)
}

// surveyService is what these pages ask of surveys.
type surveyService interface {
	Answered(ctx context.Context, responseID int64) (survey.AnsweredResponse, error)
	Current(ctx context.Context) (survey.Questionnaire, error)
}

// figureService is what these pages ask for a caller's own figures.
type figureService interface {
	Own(ctx context.Context, viewer account.Viewer, d clock.Day) (performance.Own, error)
}

// contactService is what these pages ask of contacts.
type contactService interface {
	List(ctx context.Context, viewer account.Viewer, f contact.Filter) ([]contact.Row, error)
}

// handoffService is what these pages ask of handoffs.
type handoffService interface {
	OfCaller(ctx context.Context, viewer account.Viewer) ([]handoff.Row, error)
	OfSecondCall(ctx context.Context, c callback.Callback) (handoff.Sheet, bool, error)
	WouldGo(ctx context.Context, viewer account.Viewer, c callback.Callback) (handoff.Destination, error)
}
