package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

// handoffView is a handoff as the API shows it.
type handoffView struct {
	ID         int64            `json:"id"`
	Kind       handoff.Kind     `json:"kind"`
	State      handoff.State    `json:"state"`
	Result     handoff.Result   `json:"result,omitempty" doc:"Of a closed one."`
	Version    int64            `json:"version" doc:"Raised by every act: send the one that was seen with the next act."`
	Round      int              `json:"round"`
	ContactID  int64            `json:"contact_id"`
	ExternalID string           `json:"external_id" doc:"The source's id of the contact."`
	Team       string           `json:"team" doc:"Who owes the reply."`
	Owner      string           `json:"owner,omitempty" doc:"Who has taken it."`
	Severity   handoff.Severity `json:"severity" doc:"1 is the most urgent, 3 the least."`
	Said       string           `json:"said,omitempty" doc:"The customer, in their words."`
	Note       string           `json:"note,omitempty" doc:"The caller."`
	Question   string           `json:"question,omitempty" doc:"What the caller is asked."`
	Mistake    handoff.Mistake  `json:"mistake,omitempty" doc:"Why it was sent back."`
	Reply      string           `json:"reply,omitempty"`
	Remedy     handoff.Remedy   `json:"remedy,omitempty"`
	Links      []string         `json:"links,omitempty"`
	ReplyLinks []string         `json:"reply_links,omitempty"`
	CreatedAt  clock.Instant    `json:"created_at"`
	DueAt      clock.Instant    `json:"due_at" doc:"When the reply is owed."`
	Overdue    bool             `json:"overdue"`
	RepliedAt  clock.Instant    `json:"replied_at,omitzero"`
	ClosedAt   clock.Instant    `json:"closed_at,omitzero"`
	Log        []handoffEntry   `json:"log,omitempty" doc:"What was done, the oldest first; not in lists."`
}

// handoffEntry is a line of the log.
type handoffEntry struct {
	At    clock.Instant `json:"at"`
	Act   handoff.Act   `json:"act"`
	By    string        `json:"by,omitempty" doc:"Absent: time, a customer or a source."`
	Code  string        `json:"code,omitempty"`
	Team  string        `json:"team,omitempty"`
	Words string        `json:"words,omitempty"`
}

// handoffList is a part of a list.
type handoffList struct {
	Handoffs []handoffView `json:"handoffs"`
	Next     string        `json:"next,omitempty" doc:"What to ask for next, as after; absent: there is no more."`
}

// handoffAct is what is done with a handoff: each act takes some of it.
type handoffAct struct {
	Version int64          `json:"version,omitempty" doc:"The version that was seen; required. Another one is answered with 409."`
	Words   string         `json:"words,omitempty" doc:"The reply, the question, or why."`
	Remedy  handoff.Remedy `json:"remedy,omitempty" doc:"Of a reply: what was done." enum:"fixed,arranged,explained,impossible"`
	Links   []string       `json:"links,omitempty" doc:"Of a reply: addresses with https, at most five."`
	Team    string         `json:"team,omitempty" doc:"Of forward: the name of the team."`
	Wrongly bool           `json:"wrongly,omitempty" doc:"Of forward: it should never have come to this team."`
	Mistake string         `json:"mistake,omitempty" doc:"Of back: what is wrong." enum:"wrong_filled,wrong_sent"`
	Result  handoff.Result `json:"result,omitempty" doc:"Of close: what became of it."`
}

var errHandoffScope = fault.New(fault.Forbidden, "handoff_scope", "this API token is without the scope "+string(account.WorkHandoffs))

// worksHandoffs makes a handler of one that needs the scope of handoffs.
func worksHandoffs(handle func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if !frame.Viewer(c).May(account.WorkHandoffs) {
			return errHandoffScope
		}
		return handle(c)
	}
}

// handoffBy is who acts: a token is nobody's, so its name stands in the log.
func handoffBy(viewer account.Viewer) handoff.By {
	by := handoff.ByUser(viewer)
	if viewer.UserID == 0 {
		by.Name = viewer.Name
	}
	return by
}

func (a *API) listHandoffs(c *gin.Context) error {
	limit, err := queryNumber(c, "limit", handoff.MaxRows)
	if err != nil {
		return err
	}
	f := handoff.Filter{
		After: c.Query("after"), Limit: int(min(limit, handoff.MaxRows)), Overdue: c.Query("overdue") == "true",
		Kind: handoff.Kind(c.Query("kind")), Order: handoff.ByAge,
	}
	for state := range strings.SplitSeq(c.Query("state"), ",") {
		if state == "" {
			continue
		}
		if !slices.Contains(handoff.States(), handoff.State(state)) {
			return fault.InvalidFields(fault.Field{Name: "state", Code: "unknown_value", Problem: "is no state of a handoff", Value: state})
		}
		f.States = append(f.States, handoff.State(state))
	}
	page, err := a.handoffs.List(c.Request.Context(), frame.Viewer(c), f)
	if err != nil {
		return err
	}
	list := handoffList{Handoffs: make([]handoffView, len(page.Rows)), Next: page.Next}
	for i, row := range page.Rows {
		list.Handoffs[i] = a.handoffView(row)
	}
	c.JSON(http.StatusOK, list)
	return nil
}

func (a *API) handoffView(r handoff.Row) handoffView {
	h := r.Handoff
	attached := h.Attached()
	return handoffView{
		ID: h.ID, Kind: h.Kind, State: h.State, Result: h.Result, Version: h.Version, Round: h.Round, ContactID: h.ContactID,
		ExternalID: r.Ticket, Team: r.Team, Owner: r.Owner, Severity: h.Severity, Said: h.Said, Note: h.Note, Question: h.Question,
		Mistake: h.Mistake, Reply: h.Reply, Remedy: h.Remedy, Links: attached.Opening, ReplyLinks: attached.Reply,
		CreatedAt: h.CreatedAt, DueAt: h.DueAt, Overdue: h.Overdue(a.Now()), RepliedAt: h.RepliedAt, ClosedAt: h.ClosedAt,
	}
}

func (a *API) showHandoff(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	return a.answerHandoff(c, id)
}

func (a *API) answerHandoff(c *gin.Context, id int64) error {
	sheet, err := a.handoffs.ByID(c.Request.Context(), handoffBy(frame.Viewer(c)), id)
	if err != nil {
		return err
	}
	view := a.handoffView(sheet.Row)
	for _, line := range sheet.Log {
		view.Log = append(view.Log, handoffEntry{
			At: line.At, Act: line.Act, By: line.By, Code: line.Code, Team: line.Team, Words: line.Words,
		})
	}
	c.JSON(http.StatusOK, view)
	return nil
}

// handoffDoing is an act of the API.
type handoffDoing func(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error)

// actOnHandoff makes a handler of an act; it answers with the handoff as it is then.
func (a *API) actOnHandoff(do handoffDoing) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := frame.PathID(c, "id")
		if err != nil {
			return err
		}
		if _, refusal := bodyKind(c, oneJSON); refusal != nil {
			return frame.ProblemJSON(c, *refusal)
		}
		in, err := readOne[handoffAct](c)
		if err != nil {
			return err
		}
		if in.Version == 0 {
			return fault.InvalidFields(placed([]fault.Field{{Name: "version", Code: "required", Problem: "is required"}}, 0)...)
		}
		ctx, by := c.Request.Context(), handoffBy(frame.Viewer(c))
		after, err := do(ctx, by, id, in)
		if err != nil {
			return err
		}
		if _, err := a.handoffs.ByID(ctx, by, id); fault.Is(err, fault.NotFound) { // it is another team's now
			c.JSON(http.StatusOK, handoffView{ID: id, Kind: after.Kind, State: after.State, Version: after.Version})
			return nil
		}
		return a.answerHandoff(c, id)
	}
}

func (a *API) claimHandoff(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error) {
	return a.handoffs.Claim(ctx, by, id, in.Version)
}

func (a *API) replyToHandoff(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error) {
	return a.handoffs.Reply(ctx, by, id, in.Version, handoff.Answer{Words: in.Words, Remedy: in.Remedy, Links: in.Links})
}

func (a *API) forwardHandoff(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error) {
	to := handoff.Forwarding{Words: in.Words, Wrongly: in.Wrongly}
	teams, err := a.accounts.Teams(ctx)
	if err != nil {
		return handoff.Handoff{}, err
	}
	if i := slices.IndexFunc(teams, func(t account.Team) bool { return t.Name == in.Team }); i >= 0 {
		to.TeamID = teams[i].ID
	}
	return a.handoffs.Forward(ctx, by, id, in.Version, to)
}

func (a *API) askOfHandoff(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error) {
	return a.handoffs.Ask(ctx, by, id, in.Version, in.Words)
}

func (a *API) sendBackHandoff(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error) {
	return a.handoffs.SendBack(ctx, by, id, in.Version, handoff.Mistake(in.Mistake), in.Words)
}

func (a *API) closeHandoff(ctx context.Context, by handoff.By, id int64, in handoffAct) (handoff.Handoff, error) {
	return a.handoffs.Close(ctx, by, id, in.Version, in.Result, in.Words)
}

// eventView is something the source is told.
type eventView struct {
	ID        int64         `json:"id" doc:"Ask for what comes after it next time."`
	Event     string        `json:"event" enum:"contact.unresolved"`
	ContactID int64         `json:"contact_id"`
	HandoffID int64         `json:"handoff_id" doc:"Of contact.unresolved: the handoff about it."`
	At        clock.Instant `json:"at"`
}

// eventList is a part of the feed.
type eventList struct {
	Events []eventView `json:"events"`
	Next   int64       `json:"next" doc:"What to ask for next, as after; the same as was asked where there is nothing new."`
}

// maxEvents is how many events are told at once.
const maxEvents = 500

// listEvents answers with a part of what the token's source is told.
func (a *API) listEvents(c *gin.Context) error {
	after, err := queryNumber(c, "after", 0)
	if err != nil {
		return err
	}
	limit, err := queryNumber(c, "limit", maxEvents)
	if err != nil {
		return err
	}
	told, err := a.contacts.Events(c.Request.Context(), frame.Viewer(c), after, int(min(limit, maxEvents)))
	if err != nil {
		return err
	}
	list := eventList{Events: make([]eventView, len(told)), Next: after}
	for i, e := range told {
		list.Events[i] = eventView{ID: e.ID, Event: e.Kind, ContactID: e.ContactID, HandoffID: e.Ref, At: e.At}
		list.Next = e.ID
	}
	c.JSON(http.StatusOK, list)
	return nil
}
