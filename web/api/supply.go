package api

import (
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/web/frame"
)

// supplyView is what there is to call, and what keeps the rest.
type supplyView struct {
	At       clock.Instant  `json:"at" doc:"When it was counted: within the last few seconds."`
	Open     int            `json:"open" doc:"ready + in_hand + kept + all waiting + all lacking."`
	Ready    int            `json:"ready" doc:"Can be claimed now."`
	Ages     []ageView      `json:"ready_by_age" doc:"Sums to ready."`
	InHand   int            `json:"in_hand" doc:"Callers are at work on them."`
	Kept     int            `json:"kept" doc:"Ready, and kept for one caller for a while."`
	Waiting  []waitingView  `json:"waiting" doc:"May not be called yet, by reason, the most first."`
	Lacking  []lackingView  `json:"lacking" doc:"Ready, and waiting for somebody with a skill that nobody has."`
	Next     *clock.Instant `json:"next" doc:"When the next one is expected to be ready; null when nothing waits."`
	Upstream *upstreamView  `json:"upstream" doc:"What the queue lives on."`
}

type ageView struct {
	UpTo  *int64 `json:"up_to_seconds" doc:"Ready for as long as this at most; null for longer than the last."`
	Count int    `json:"count"`
}

type waitingView struct {
	Reason string         `json:"reason" doc:"A code, such as outside_hours, attempt_gap, appointment or paused."`
	Count  int            `json:"count"`
	Kept   int            `json:"kept" doc:"Of them: kept for one caller."`
	Next   *clock.Instant `json:"next" doc:"The first of them."`
}

type lackingView struct {
	Skill string         `json:"skill"`
	Count int            `json:"count"`
	Next  *clock.Instant `json:"next" doc:"When the first of them is anybody's."`
}

type upstreamView struct {
	Sources   []sourceView `json:"sources" doc:"To a machine: its own."`
	Resolved  *int         `json:"resolved_today" doc:"Contacts resolved today; null for a machine."`
	Planned   *int         `json:"planned_today" doc:"Of them: got a callback; null for a machine."`
	Undecided *int         `json:"undecided_today" doc:"Of them: not decided yet; null for a machine."`
	Skipped   []skipView   `json:"skipped_today" doc:"Of them: got none, by reason, the most first."`
	Jobs      jobsView     `json:"jobs"`
}

type sourceView struct {
	Name   string         `json:"name"`
	Last   *clock.Instant `json:"last_received_at" doc:"Null when nothing came within the last month."`
	Usual  *int64         `json:"usual_silence_seconds" doc:"Nearly all of a month were shorter; null for too few."`
	Today  int            `json:"resolved_today"`
	Silent bool           `json:"silent" doc:"For much longer than usual."`
}

type skipView struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

type jobsView struct {
	Waiting int            `json:"waiting" doc:"Should have been begun by now."`
	More    bool           `json:"more" doc:"There are more than were counted."`
	Oldest  *clock.Instant `json:"oldest_due_at"`
	Dead    int            `json:"dead"`
	Worker  *clock.Instant `json:"worker_seen_at" doc:"When a worker was last heard of; null: never."`
	Stopped bool           `json:"worker_stopped" doc:"No worker was heard of for two minutes."`
}

// supplyRoutes is what dashboards and alarms outside ask about the queue.
func (a *API) supplyRoutes(schemas huma.Registry) []Route {
	view := schemas.Schema(reflect.TypeFor[supplyView](), true, "Supply")
	return []Route{{
		Operation: huma.Operation{
			OperationID: "get-callback-supply", Method: http.MethodGet, Path: "/callbacks/supply",
			Summary: "What there is to call, and what keeps the rest",
			Description: "Every open callback is counted exactly once. To a machine it tells of callbacks about contacts of its source; " +
				"to a token of a supervisor or an administrator of all. Whom they call is told to neither.",
			Responses: responses(schemas, map[string]*huma.Response{
				"200": {Description: "The counts.", Content: map[string]*huma.MediaType{"application/json": {Schema: view}}},
			}, "401", "403"),
		},
		Roles: []account.Role{account.Machine, account.Supervisor, account.Admin}, handle: a.showSupply,
	}}
}

func (a *API) showSupply(c *gin.Context) error {
	viewer := frame.Viewer(c)
	pulse, err := a.floor.Pulse(c.Request.Context(), viewer)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, supplyOf(pulse, viewer))
	return nil
}

func supplyOf(pulse floor.Pulse, viewer account.Viewer) supplyView {
	q := pulse.Queue
	v := supplyView{
		At: q.At, Open: q.Total(), Ready: q.Ready, InHand: q.InHand, Kept: q.Kept, Next: given(q.QueueNext),
		Ages: make([]ageView, len(q.Ages)), Waiting: make([]waitingView, len(q.Waiting)), Lacking: make([]lackingView, len(q.Lacking)),
	}
	ages := callback.SupplyAges()
	for i, n := range q.Ages {
		v.Ages[i].Count = n
		if i < len(ages) {
			v.Ages[i].UpTo = seconds(ages[i])
		}
	}
	for i, w := range q.Waiting {
		v.Waiting[i] = waitingView{Reason: string(w.Reason), Count: w.Count, Kept: w.Kept, Next: given(w.Next)}
	}
	for i, l := range q.Lacking {
		v.Lacking[i] = lackingView{Skill: l.Skill, Count: l.Count, Next: given(l.Next)}
	}
	if up := pulse.Upstream; up != nil {
		v.Upstream = upstreamOf(*up, viewer)
	}
	return v
}

func upstreamOf(up floor.Upstream, viewer account.Viewer) *upstreamView {
	v := &upstreamView{
		Sources: make([]sourceView, len(up.Sources)), Skipped: make([]skipView, len(up.Skipped)),
		Jobs: jobsView{
			Waiting: up.Jobs.Waiting, More: up.Jobs.More, Oldest: given(up.Jobs.Oldest), Dead: up.Jobs.Dead, Worker: given(up.Jobs.Worker),
			Stopped: up.Jobs.Stopped,
		},
	}
	for i, s := range up.Sources {
		v.Sources[i] = sourceView{Name: s.Name, Last: given(s.Last), Usual: seconds(s.Usual), Today: s.Today, Silent: s.Silent}
	}
	for i, skip := range up.Skipped {
		v.Skipped[i] = skipView{Reason: skip.Reason, Count: skip.Count}
	}
	if viewer.Role != account.Machine {
		v.Resolved, v.Planned, v.Undecided = &up.Resolved, &up.Planned, &up.Open
	}
	return v
}

// given is an instant that there may not be.
func given(at clock.Instant) *clock.Instant {
	if at.IsZero() {
		return nil
	}
	return &at
}

// seconds is a length of time that there may not be.
func seconds(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	s := int64(d / time.Second)
	return &s
}
