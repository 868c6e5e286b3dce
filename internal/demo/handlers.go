package demo

import (
	"context"
	"time"

	"aftercall/internal/clock"
	"aftercall/tasks/handoff"
)

// The hours in which the handler works, and how long what is not solved waits for them: the last few days' handoffs are in every state.
const (
	handlerBegins = 9
	handlerEnds   = 18
	handlerClaims = 2 * time.Hour
	handlerTakes  = 6 * time.Hour // from the opening to the reply, at least
)

// reply lets the handler claim what is not solved, and write the replies after which customers are called again.
func (l *life) reply(ctx context.Context, at clock.Instant) error {
	local := at.In(l.Zone)
	if local.Weekday() == time.Sunday || local.Hour() < handlerBegins || local.Hour() >= handlerEnds {
		return nil
	}
	l.Clock.set(max(at, l.Clock.Now()))
	page, err := l.Handoffs.List(ctx, l.handler, handoff.Filter{
		States: []handoff.State{handoff.Open, handoff.Taken}, Order: handoff.ByAge,
	})
	if err != nil {
		return err
	}
	by := handoff.ByUser(l.handler)
	for _, row := range page.Rows {
		h, age := row.Handoff, l.Clock.Now().Sub(row.Handoff.SaidAt)
		if age < handlerClaims || l.random.IntN(4) == 0 {
			continue
		}
		if h.State == handoff.Open {
			if h, err = l.Handoffs.Claim(ctx, by, h.ID, h.Version); err != nil {
				return err
			}
			l.somebodyActed = true
		}
		if age < handlerTakes || l.random.IntN(3) == 0 {
			continue
		}
		answer := handoff.Answer{Words: pick(l.random, l.words.replies), Remedy: pick(l.random, handoff.Remedies())}
		if _, err = l.Handoffs.Reply(ctx, by, h.ID, h.Version, answer); err != nil {
			return err
		}
		l.somebodyActed = true
	}
	return l.work(ctx)
}
