package callback

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
	"aftercall/tasks/callback/skill"
)

// Handover says to whom a caller hands a callback, and what they should know. One of CallerID and TeamID is set.
type Handover struct {
	CallerID int64 // a colleague: it is kept for them for half an hour
	TeamID   int64 // anybody of that team
	Words    string
}

// Receivers are whom a callback can be handed to.
type Receivers struct {
	Callers []account.Viewer // who see its team and may make it, those with its skill first
	Teams   []account.Team   // with somebody who calls, its own among them
	Skill   string           // what the callback needs; "" for nothing
	Lacking map[int64]bool   // callers who do not have it: they may be given the callback all the same
}

// Receivers returns whom the viewer may hand a callback to. It returns fault.NotFound for a callback they never had and do not see.
func (s *Service) Receivers(ctx context.Context, viewer account.Viewer, callbackID int64) (Receivers, error) {
	tx := s.db.View(ctx)
	c, err := store{tx}.callback(callbackID)
	if err == nil && c.CallerID != viewer.UserID && !viewer.SeesTeam(c.TeamID) {
		err = errNoCallback
	}
	if err != nil {
		return Receivers{}, err
	}
	to, err := receivers(tx, viewer, c)
	if err == nil {
		err = to.bySkill(tx, c)
	}
	return to, err
}

// bySkill puts the callers who have the skill of a callback before those who lack it.
func (r *Receivers) bySkill(tx database.Tx, c Callback) error {
	pools, err := store{tx}.poolsByID([]int64{c.PoolID})
	if err != nil || len(pools) == 0 || pools[0].SkillID == 0 {
		return err
	}
	needed := pools[0].SkillID
	names, err := skill.Names(tx, []int64{needed})
	if err != nil {
		return err
	}
	ids := make([]int64, len(r.Callers))
	for i, colleague := range r.Callers {
		ids[i] = colleague.UserID
	}
	have, err := skill.Having(tx, needed, ids)
	if err != nil {
		return err
	}
	r.Skill, r.Lacking = names[needed], make(map[int64]bool)
	for _, id := range ids {
		r.Lacking[id] = !have[id]
	}
	lacks := func(v account.Viewer) bool { return r.Lacking[v.UserID] }
	skilled := slices.DeleteFunc(slices.Clone(r.Callers), lacks)
	r.Callers = append(skilled, slices.DeleteFunc(r.Callers, func(v account.Viewer) bool { return !lacks(v) })...)
	return nil
}

func receivers(tx database.Tx, viewer account.Viewer, c Callback) (Receivers, error) {
	colleagues, err := account.Colleagues(tx)
	if err != nil {
		return Receivers{}, fmt.Errorf("read who may call: %w", err)
	}
	var to Receivers
	var teams []int64
	for _, colleague := range colleagues {
		teams = append(teams, colleague.TeamIDs...)
		if colleague.UserID != viewer.UserID && c.mayGoTo(colleague) {
			to.Callers = append(to.Callers, colleague)
		}
	}
	to.Teams, err = account.TeamsByID(tx, teams)
	return to, err
}

// mayGoTo reports whether a colleague sees the callback and may make it.
func (c *Callback) mayGoTo(colleague account.Viewer) bool {
	return colleague.SeesTeam(c.TeamID) && c.NotFor != colleague.UserID
}

// Transfer hands a claimed callback with a note to a colleague or to a team, and returns it as it is now: ready. What is held with it goes
// the same way, as far as the colleague may make it, else back to its pool. It is closed as unreachable if its attempts are used up, and
// stays cancelled if it was cancelled meanwhile.
//
// It returns fault.Invalid without words, and for a colleague or team it cannot go to (transfer_to); and ErrStale when the claim is not
// the last one any more.
func (s *Service) Transfer(ctx context.Context, viewer account.Viewer, callbackID, fence int64, to Handover) (Callback, error) {
	to.Words = strings.TrimSpace(text.Lines(to.Words))
	if err := to.check(); err != nil {
		return Callback{}, err
	}
	return s.endClaim(ctx, viewer, callbackID, fence, "transfer", func(tx database.Tx, c *Callback, now clock.Instant) error {
		may, err := receivers(tx, viewer, *c)
		if err != nil {
			return err
		}
		if !may.has(to) {
			if c.ID == callbackID {
				return fault.InvalidFields(fault.Field{
					Name: "transfer_to", Code: "transfer_unknown", Problem: "choose somebody who may make this callback",
				})
			}
			return c.release(viewer.UserID, fence, Change{Kind: ChangeReleased}, now)
		}
		if to.TeamID != 0 {
			if err := s.moveToTeam(tx, c, to.TeamID, now); err != nil {
				return err
			}
		}
		return c.handOver(viewer.UserID, fence, to.CallerID, to.Words, now)
	})
}

func (h Handover) check() error {
	var fields []fault.Field
	if (h.CallerID == 0) == (h.TeamID == 0) {
		fields = append(fields, fault.Field{Name: "transfer_to", Code: "choose", Problem: "choose a colleague or a team"})
	}
	if h.Words == "" {
		fields = append(fields, fault.Field{Name: "transfer_words", Code: "required", Problem: "say what they should know"})
	}
	if len(fields) == 0 {
		return checkWords("transfer_words", h.Words)
	}
	return fault.InvalidFields(fields...)
}

func checkWords(field, words string) error {
	if utf8.RuneCountInString(words) > maxNote {
		return fault.InvalidFields(fault.Field{Name: field, Code: "too_long", Problem: "is longer than 4,000 characters"})
	}
	return nil
}

func (r Receivers) has(to Handover) bool {
	if to.CallerID != 0 {
		return slices.ContainsFunc(r.Callers, func(c account.Viewer) bool { return c.UserID == to.CallerID })
	}
	return slices.ContainsFunc(r.Teams, func(t account.Team) bool { return t.ID == to.TeamID })
}

// moveToTeam puts a callback into the pool of another team.
func (s *Service) moveToTeam(tx database.Tx, c *Callback, teamID int64, now clock.Instant) error {
	subject, err := s.whom(tx, *c)
	if err != nil {
		return err
	}
	c.TeamID = teamID
	return s.poolFor(tx, c, subject, now)
}

// Pause sets a claimed callback aside until something has happened inside, at most 72 hours, which is what no instant means; then it is
// ready, and the viewer's for half an hour. Words are for whoever calls next. What is held with it stays on the desk. It is closed as
// unreachable if its attempts are used up, and stays cancelled if it was cancelled meanwhile.
//
// It returns fault.Invalid for an instant that is over or too far, fault.Conflict when the viewer has paused as many as they may, and
// ErrStale when the claim is not the last one any more.
func (s *Service) Pause(
	ctx context.Context, viewer account.Viewer, callbackID, fence int64, until clock.Instant, words string,
) (Callback, error) {
	words = strings.TrimSpace(text.Lines(words))
	if err := checkWords("pause_words", words); err != nil {
		return Callback{}, err
	}
	now := s.now()
	if until.IsZero() {
		until = now.Add(LongestPause)
	}
	switch {
	case !until.After(now):
		return Callback{}, fault.InvalidFields(fault.Field{
			Name: "paused_until", Code: "future", Problem: "choose a time that is still to come",
		})
	case until.Sub(now) > LongestPause:
		return Callback{}, fault.InvalidFields(fault.Field{
			Name: "paused_until", Code: "pause_too_far", Problem: "choose a time within 72 hours",
		})
	}
	return s.changeIn(ctx, viewer, callbackID, "pause", func(tx database.Tx, c *Callback, now clock.Instant) error {
		paused, err := store{tx}.pausedBy(viewer.UserID)
		if err != nil {
			return err
		}
		if paused >= s.opts.Paused {
			return errTooManyPaused.With("limit", s.opts.Paused)
		}
		return c.pause(viewer.UserID, fence, until, words, now)
	})
}

// The refusals of pausing.
var (
	errTooManyPaused = fault.New(fault.Conflict, "too_many_paused",
		"you have paused as many callbacks as you may; resume one of them first")
	errNotPaused = fault.New(fault.Conflict, "not_paused", "this callback is not paused")
)

// Resume ends a pause: the callback is ready at once, for whoever paused it first, or waits for what else keeps it from being made. Who
// paused it may, for whom it is kept, and supervisors of its team. It returns fault.NotFound for anybody else, and fault.Conflict for one
// that is not paused.
func (s *Service) Resume(ctx context.Context, viewer account.Viewer, callbackID int64) (c Callback, err error) {
	now := s.now()
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if c, _, err = lockFor(tx, viewer, callbackID); err != nil {
			return err
		}
		switch {
		case !c.pausedFor(viewer):
			return errNoCallback
		case !c.paused():
			return errNotPaused
		}
		c.ReadyAt, c.ChangedAt = now, now
		c.note(Change{Kind: ChangeResumed, FromState: Waiting, UserID: viewer.UserID})
		return s.offer(tx, &c, now)
	})
	if err != nil {
		return Callback{}, fmt.Errorf("resume callback %d: %w", callbackID, err)
	}
	return c, nil
}

// ResumableBy reports whether the callback is paused and a viewer may end that.
func (c *Callback) ResumableBy(viewer account.Viewer) bool { return c.paused() && c.pausedFor(viewer) }

func (c *Callback) paused() bool { return c.State == Waiting && c.WaitReason == ReasonPaused }

// pausedFor reports whether a pause of the callback is the viewer's to end: their own, that of what is kept for them, and for supervisors
// those of their teams.
func (c *Callback) pausedFor(viewer account.Viewer) bool {
	own := viewer.UserID != 0 && (c.owner() == viewer.UserID || c.ReservedFor == viewer.UserID)
	return own || viewer.Role != account.Caller && viewer.SeesTeam(c.TeamID)
}
