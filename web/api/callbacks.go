package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// callbackView is a callback as the API shows it.
type callbackView struct {
	ID             int64         `json:"id"`
	Kind           string        `json:"kind"`
	State          string        `json:"state" enum:"waiting,ready,claimed,done,cancelled"`
	Reason         string        `json:"reason,omitempty" doc:"What it waits for, or why it was closed."`
	Priority       int           `json:"priority" doc:"From 1, the most urgent, to 5."`
	ContactID      int64         `json:"contact_id"`
	ExternalID     string        `json:"external_id" doc:"Of the contact, at its source."`
	CustomerID     int64         `json:"customer_id"`
	Category       string        `json:"category,omitempty"`
	Product        string        `json:"product,omitempty"`
	Team           string        `json:"team,omitempty"`
	Caller         string        `json:"caller,omitempty" doc:"Who has it, or had it last."`
	KeptFor        string        `json:"kept_for,omitempty" doc:"The only caller who may claim it for now."`
	Attempts       int           `json:"attempts"`
	CreatedAt      clock.Instant `json:"created_at"`
	ReadyAt        clock.Instant `json:"ready_at" doc:"Not before; of one that is ready, since when."`
	DueAt          clock.Instant `json:"due_at"`
	ExpiresAt      clock.Instant `json:"expires_at"`
	AppointmentAt  clock.Instant `json:"appointment_at,omitzero" doc:"The time that the customer named."`
	ClosedAt       clock.Instant `json:"closed_at,omitzero"`
	CallResult     string        `json:"call_result,omitempty" doc:"Of the last attempt."`
	BusinessResult string        `json:"business_result,omitempty" doc:"Of the last attempt that reached somebody."`
}

// callbackList is a part of the list.
type callbackList struct {
	Callbacks []callbackView `json:"callbacks"`
	Next      string         `json:"next,omitempty" doc:"What to ask for next, as after; absent where nothing follows."`
}

func callbackViewOf(r worklist.Row) callbackView {
	c := r.Callback
	reason := c.WaitReason
	if c.CloseReason != "" {
		reason = c.CloseReason
	}
	return callbackView{
		ID: c.ID, Kind: string(c.Kind), State: string(c.State), Reason: string(reason), Priority: c.Priority, ContactID: c.ContactID,
		ExternalID: r.Ticket, CustomerID: c.CustomerID, Category: r.Category, Product: r.Product, Team: r.Team, Caller: r.Caller,
		KeptFor: r.Reserved, Attempts: c.Attempts, CreatedAt: c.CreatedAt, ReadyAt: c.ReadyAt, DueAt: c.DueAt, ExpiresAt: c.ExpiresAt,
		AppointmentAt: c.AppointmentAt, ClosedAt: c.ClosedAt, CallResult: string(c.CallResult), BusinessResult: string(c.BusinessResult),
	}
}

// mostCallbacks is how many callbacks a part of the list has at most.
const mostCallbacks = callback.MaxRows - 1

// listCallbacks answers with a part of the list.
func (a *API) listCallbacks(c *gin.Context) error {
	f, err := callbackFilter(c)
	if err != nil {
		return err
	}
	limit := f.Limit
	f.Limit++ // to know whether something follows
	rows, err := a.callbacks.List(c.Request.Context(), frame.Viewer(c), f)
	if err != nil {
		return err
	}
	list := callbackList{Callbacks: []callbackView{}}
	if len(rows) > limit {
		rows = rows[:limit]
		k := f.Key(rows[limit-1])
		list.Next = fmt.Sprintf("%d.%d.%d", k.Priority, k.At, k.ID)
	}
	for _, row := range rows {
		list.Callbacks = append(list.Callbacks, callbackViewOf(row))
	}
	c.JSON(http.StatusOK, list)
	return nil
}

// callbackFilter reads what a list is narrowed by. What is no choice there is, is refused: it would narrow nothing in silence.
func callbackFilter(c *gin.Context) (f worklist.Filter, err error) {
	limit, err := queryNumber(c, "limit", mostCallbacks)
	if err != nil {
		return f, err
	}
	f = worklist.Filter{
		Set: worklist.Set(c.Query("set")), State: callback.State(c.Query("state")), Kind: callback.Kind(c.Query("kind")),
		Reason: callback.Reason(c.Query("reason")), Category: c.Query("category"), Sort: worklist.Sort(c.Query("sort")),
		Of: worklist.Period(c.Query("period")), Limit: int(min(max(limit, 1), mostCallbacks)),
	}
	var wrong []fault.Field
	unknown := func(name, value string, known bool) {
		if value != "" && !known {
			wrong = append(wrong, fault.Field{
				Name: name, Code: "unknown_value", Problem: "is not one of the values there are", Value: value,
			})
		}
	}
	unknown("set", string(f.Set), slices.Contains(worklist.Sets(), f.Set))
	unknown("state", string(f.State), slices.Contains(callback.States(), f.State))
	unknown("kind", string(f.Kind), slices.Contains(callback.Kinds(), f.Kind))
	unknown("sort", string(f.Sort), slices.Contains(worklist.Sorts(), f.Sort))
	unknown("period", string(f.Of), slices.Contains(worklist.Periods(), f.Of))
	for name, at := range map[string]*clock.Instant{"from": &f.From, "before": &f.To} {
		text := c.Query(name)
		if text == "" {
			continue
		}
		if err := at.UnmarshalJSON([]byte(strconv.Quote(text))); err != nil {
			wrong = append(wrong, fault.Field{
				Name: name, Code: "not_rfc3339", Problem: "must be a time as in 2026-11-22T14:05:00+08:00", Value: text,
			})
		}
	}
	if (f.From != 0 || f.To != 0) && f.Of == "" {
		f.Of = worklist.DueIn
	}
	if after := c.Query("after"); after != "" {
		n, err := fmt.Sscanf(after, "%d.%d.%d", &f.After.Priority, &f.After.At, &f.After.ID)
		unknown("after", after, err == nil && n == 3)
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(a, b fault.Field) int { return int(a.Name[0]) - int(b.Name[0]) })
		return f, fault.InvalidFields(wrong...)
	}
	return f, nil
}

func (a *API) showCallback(c *gin.Context) error {
	id, err := frame.PathID(c, "id")
	if err != nil {
		return err
	}
	return a.answerCallback(c, id)
}

// answerCallback answers with a callback as it is now. That of another source or team is not there.
func (a *API) answerCallback(c *gin.Context, id int64) error {
	rows, err := a.callbacks.Rows(c.Request.Context(), frame.Viewer(c), []int64{id})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errNoCallback
	}
	c.JSON(http.StatusOK, callbackViewOf(rows[0]))
	return nil
}

var errNoCallback = fault.New(fault.NotFound, "callback_unknown", "there is no such callback")

// callbackAct is what is asked to be done to a callback.
type callbackAct struct {
	Why      string        `json:"why" doc:"It stands in the story of the callback."`
	CallerID int64         `json:"caller_id,omitempty" doc:"Of reassign: for whom it is kept; 0 for anybody."`
	At       clock.Instant `json:"at,omitzero" doc:"Of move: not before then; within 60 days, and in the customer's calling hours."`
	Free     bool          `json:"free,omitempty" doc:"Also where a caller has it in hand; what they typed is kept for them."`
}

// actOn does one thing to the callback of the address, and answers with it as it is then.
func (a *API) actOn(kind callback.ActKind) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if _, refusal := bodyKind(c, oneJSON); refusal != nil {
			return frame.ProblemJSON(c, *refusal)
		}
		in, err := readOne[callbackAct](c)
		if err != nil {
			return err
		}
		id, err := frame.PathID(c, "id")
		if err != nil {
			return err
		}
		act := callback.Act{
			Kind: kind, CallerID: in.CallerID, At: in.At, Why: in.Why, Promised: true,
			Free: in.Free && kind != callback.ActCancel,
		}
		if err := a.acts.Do(c.Request.Context(), frame.Viewer(c), id, act); err != nil {
			return err
		}
		return a.answerCallback(c, id)
	}
}
