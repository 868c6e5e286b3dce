package handoff_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
	"aftercall/tasks/handoff"
	"aftercall/tasks/internal/taskstest"
)

// call claims what there is to call, which must be no contact that waits for a reply, and records what came of it.
func (w *world) call() bool {
	ctx, caller := context.Background(), rapid.SampledFrom(worldCallers).Draw(w.rt, "caller")
	desk, err := w.Callbacks.Claim(ctx, caller)
	if !w.expected(err) {
		return false
	}
	c := desk.Callback
	w.history = append(w.history, fmt.Sprintf("  callback %d %s of contact %d", c.ID, c.Kind, c.ContactID))
	if c.ClaimedAt == w.Now() { // it did not lie on the desk already
		w.mayBeCalled(c)
	}
	if rapid.IntRange(0, 9).Draw(w.rt, "left") == 0 {
		return false // it lies on the desk
	}
	_, err = w.Callbacks.Dial(ctx, caller, c.ID, c.Fence)
	if !w.expected(err) {
		_, err := w.Callbacks.Release(ctx, caller, c.ID, c.Fence)
		w.expected(err)
		return false
	}
	w.mayBeCalled(c)
	w.Pass(time.Minute)
	o := rapid.SampledFrom([]callback.Outcome{
		{CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: w.words()},
		{CallResult: callback.Reached, BusinessResult: callback.NotSolved, Note: w.words()},
		{CallResult: callback.Reached, BusinessResult: callback.Solved},
		{CallResult: callback.Reached, BusinessResult: callback.Declined},
		{CallResult: callback.NoAnswer},
	}).Draw(w.rt, "outcome")
	_, err = w.Callbacks.Finish(ctx, caller, c.ID, c.Fence, o)
	w.history = append(w.history, fmt.Sprintf("  said %s %s: %v", o.CallResult, o.BusinessResult, err))
	return w.expected(err)
}

// mayBeCalled fails for a callback about a contact whose reply is owed.
func (w *world) mayBeCalled(c callback.Callback) {
	for _, h := range w.all() {
		if h.ContactID == c.ContactID && h.Owed() {
			w.fail("callback %d is made before the reply to handoff %d", c.ID, h.ID)
		}
	}
}

// words are some that nobody has said before.
func (w *world) words() string { return fmt.Sprintf("话%d-%d", w.draws, len(w.history)) }

// contactOf returns one of the two contacts with its newest resolution.
func (w *world) contactOf() contact.Resolution {
	number := w.n + rapid.IntRange(0, 1).Draw(w.rt, "customer")
	var found []contact.Contact
	err := w.DB.View(context.Background()).Gorm().Where("external_id = ?", fmt.Sprintf("T-%d", number)).Find(&found).Error
	if err != nil || len(found) != 1 {
		w.t.Fatal(found, err)
	}
	r, _, err := contact.LastResolution(w.DB.View(context.Background()), found[0].ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// answer is an answer by link, a new one or another revision of the last.
func (w *world) answer() bool {
	r := w.contactOf()
	solved := rapid.Bool().Draw(w.rt, "solved")
	if w.responses == 0 || rapid.Bool().Draw(w.rt, "new") {
		w.responses++
	}
	err := w.Handoffs.FollowAnswer(context.Background(), handoff.Answered{
		ResponseID: w.responses, ResolutionID: r.ID, ContactID: r.ContactID, CustomerID: r.CustomerID, Solved: &solved,
		Comment: w.words(), Via: handoff.ViaLink, At: w.Now(),
	}, 7*24*time.Hour)
	if err != nil {
		w.fail("answer: %v", err)
	}
	return !solved
}

// act is one of the acts, by somebody who may do it or may not, on what they see or saw.
func (w *world) act() bool {
	all := w.all()
	if len(all) == 0 {
		return false
	}
	h := all[len(all)-1-rapid.IntRange(0, min(len(all), 3)-1).Draw(w.rt, "which")]
	by := rapid.SampledFrom([]handoff.By{
		handoff.ByUser(account.Viewer{UserID: 70, Role: account.Handler, TeamIDs: []int64{h.TeamID}}),
		handoff.ByUser(account.Viewer{UserID: 71, Role: account.Handler, TeamIDs: []int64{h.TeamID}}),
		handoff.ByUser(account.Viewer{UserID: 72, Role: account.Handler, TeamIDs: []int64{h.TeamID + 1000}}),
		handoff.ByUser(worldLead), handoff.ByUser(worldCallers[0]), handoff.ByUser(worldCallers[1]), handoff.ByLink(h.ID, "老周"),
	}).Draw(w.rt, "who")
	seen := h.Version - int64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(w.rt, "late"))
	name := rapid.SampledFrom(acts()).Draw(w.rt, "act")
	return w.do(name, by, h, seen)
}

// hurry is an act that its team may do: without it most would be refused.
func (w *world) hurry() bool {
	for _, h := range w.all() {
		by := handoff.ByUser(account.Viewer{UserID: 70, Role: account.Handler, TeamIDs: []int64{h.TeamID}})
		switch h.State {
		case handoff.Open:
			return w.do("claim", by, h, h.Version)
		case handoff.Taken:
			return w.do("reply", by, h, h.Version)
		case handoff.Asked:
			return w.do("answer", handoff.ByUser(worldLead), h, h.Version)
		case handoff.Suspended:
			return w.do("resume", by, h, h.Version)
		case handoff.Replied, handoff.Closed:
		}
	}
	return false
}

func acts() []string {
	return []string{
		"claim", "release", "reply", "forward", "ask", "send back", "answer", "suspend", "resume", "weigh", "remark", "close",
	}
}

func (w *world) do(name string, by handoff.By, h handoff.Handoff, seen int64) bool {
	ctx, s, words := context.Background(), w.Handoffs, w.words()
	var err error
	var after handoff.Handoff
	switch name {
	case "claim":
		words = ""
		after, err = s.Claim(ctx, by, h.ID, seen)
	case "release":
		words = ""
		after, err = s.Release(ctx, by, h.ID, seen)
	case "reply":
		after, err = s.Reply(ctx, by, h.ID, seen, handoff.Answer{Words: words, Remedy: handoff.Fixed})
	case "forward":
		after, err = s.Forward(ctx, by, h.ID, seen, handoff.Forwarding{TeamID: w.otherTeam(h.TeamID), Words: words, Wrongly: true})
	case "ask":
		after, err = s.Ask(ctx, by, h.ID, seen, words)
	case "send back":
		after, err = s.SendBack(ctx, by, h.ID, seen, handoff.FilledWrongly, words)
	case "answer":
		after, err = s.Answer(ctx, by, h.ID, seen, words, 0)
	case "suspend":
		until := w.Now().Add(time.Duration(rapid.IntRange(1, 100).Draw(w.rt, "hours")) * time.Hour)
		after, err = s.Suspend(ctx, by, h.ID, seen, handoff.Suspension{Pretext: handoff.SparePart, Until: until, Words: words})
	case "resume":
		words = ""
		after, err = s.Resume(ctx, by, h.ID, seen)
	case "weigh":
		after, err = s.Weigh(ctx, by, h.ID, seen, rapid.SampledFrom(handoff.Severities()).Draw(w.rt, "severity"), words)
	case "remark":
		after, err = s.Remark(ctx, by, h.ID, seen, words)
	case "close":
		after, err = s.Close(ctx, by, h.ID, seen, rapid.SampledFrom(handoff.Results()).Draw(w.rt, "result"), words)
	}
	w.history = append(w.history, fmt.Sprintf("  %s handoff %d (%s) by %+v: %v", name, h.ID, h.State, by, err))
	if !w.expected(err) {
		if now := w.all()[slices.IndexFunc(w.all(), func(o handoff.Handoff) bool { return o.ID == h.ID })]; now.Version != h.Version {
			w.fail("a refused act has changed handoff %d", h.ID)
		}
		return false
	}
	if seen != h.Version || after.Version <= h.Version {
		w.fail("an act on an old version was done: %+v", after)
	}
	if words != "" {
		w.said[h.ID] = append(w.said[h.ID], words)
	}
	w.succeeded[name]++
	return true
}

// otherTeam is a team beside one.
func (w *world) otherTeam(id int64) int64 {
	var ids []int64
	if err := w.DB.View(context.Background()).Gorm().Table("teams").Order("id").Pluck("id", &ids).Error; err != nil {
		w.t.Fatal(err)
	}
	return ids[(slices.Index(ids, id)+1)%len(ids)]
}

// correct replaces the outcome of an attempt by another one.
func (w *world) correct() bool {
	var attempts []callback.Attempt
	err := w.DB.View(context.Background()).Gorm().Where("ended_at > 0").Order("id DESC").Limit(3).Find(&attempts).Error
	if err != nil {
		w.t.Fatal(err)
	}
	if len(attempts) == 0 {
		return false
	}
	a := rapid.SampledFrom(attempts).Draw(w.rt, "attempt")
	o := callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Solved}
	if rapid.IntRange(0, 4).Draw(w.rt, "nobody") == 0 {
		o = callback.Outcome{CallResult: callback.NoAnswer}
	} else if a.BusinessResult == callback.Solved || rapid.IntRange(0, 3).Draw(w.rt, "other") == 0 {
		o.BusinessResult, o.Note = callback.NotSolved, w.words()
	}
	err = w.Callbacks.Correct(context.Background(), worldLead, a.ID, o, "按错了")
	said := string(o.CallResult) + " " + string(o.BusinessResult)
	w.history = append(w.history, fmt.Sprintf("  attempt %d of callback %d is %s: %v", a.ID, a.CallbackID, said, err))
	return w.expected(err)
}

// source reopens a contact, or resolves it again.
func (w *world) source() bool {
	r := w.contactOf()
	var about contact.Contact
	if err := w.DB.View(context.Background()).Gorm().Where("id = ?", r.ContactID).Take(&about).Error; err != nil {
		w.t.Fatal(err)
	}
	var number int
	if _, err := fmt.Sscanf(about.ExternalID, "T-%d", &number); err != nil {
		w.t.Fatal(err)
	}
	in := taskstest.Severe(number)
	in.Status, in.ResolvedAt = contact.Reopened, 0
	if !r.ReopenedAt.IsZero() {
		in.Status, in.ResolvedAt = contact.Resolved, w.Now()
	}
	w.history = append(w.history, fmt.Sprintf("  contact %d is %s", r.ContactID, in.Status))
	w.Take(w.t, in)
	return true
}
