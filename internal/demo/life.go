package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/survey"
)

// step is how often the centre's people do something: the source delivers, callers call.
const step = time.Hour

// life plays everybody around the service.
type life struct {
	Centre
	*history
	until         clock.Instant
	sourceID      int64
	callers       []account.Viewer
	lead          account.Viewer // supervisor
	handler       account.Viewer
	byEmail       map[string]somebody
	byPhone       map[string]somebody
	hardship      map[string]float64 // by category
	answers       []answer           // to come, by time
	silent        []answer           // links that nobody means to follow, the newest last
	taken         []int64            // contacts
	eve           eve                // what is to happen on the last day before the demo begins
	somebodyActed bool               // since work ran last
	next          clock.Instant      // when the next job is due, as work left it; 0 for none
}

// answer is a customer's intention to answer a survey.
type answer struct {
	at    clock.Instant
	token string
	who   somebody
}

func newLife(ctx context.Context, c Centre, until clock.Instant) (*life, error) {
	h := newHistory(wordsFor(c.Language), c.Zone)
	l := &life{
		Centre: c, history: h, until: until, byEmail: map[string]somebody{}, byPhone: map[string]somebody{}, hardship: map[string]float64{},
	}
	for _, p := range h.people {
		l.byPhone[p.phone()] = p
		for _, email := range p.input.Emails {
			l.byEmail[email] = p
		}
	}
	for _, k := range h.words.cases {
		l.hardship[k.category] = k.hardship
	}
	c.Clock.set(until.Add(-(days + 1) * 24 * time.Hour))
	source, err := c.Contacts.EnsureSource(ctx, h.words.source)
	if err != nil {
		return nil, err
	}
	l.sourceID = source.ID
	if err := c.write(ctx, h.words.language); err != nil {
		return nil, err
	}
	l.eve = l.newEve()
	err = l.addPeople(ctx)
	return l, err
}

// live plays the centre from its first event to the end.
func (l *life) live(ctx context.Context, progress func(Progress)) error {
	events := l.events(l.until)
	if len(events) == 0 {
		return errors.New("the demo has no events")
	}
	first, next := events[0].at, 0
	hours := int(l.until.Sub(first) / step)
	asked := ctx
	ctx = context.WithoutCancel(ctx) // SQLite's driver starts a goroutine for every statement that might be called off
	for at := first; at < l.until; {
		day := clock.DayOf(at, l.Zone)
		err := l.DB.Together(ctx, func(ctx context.Context) error { // an interrupted day is as good as none: all is wiped
			for ; at < l.until && clock.DayOf(at, l.Zone) == day; at = at.Add(step) {
				begin := next
				for next < len(events) && events[next].at <= at {
					next++
				}
				if err := l.hour(ctx, at, events[begin:next]); err != nil {
					return err
				}
				progress(Progress{Day: day, Done: int(at.Sub(first) / step), Total: hours})
			}
			return asked.Err()
		})
		if err != nil {
			return err
		}
	}
	progress(Progress{Day: clock.DayOf(l.until, l.Zone), Done: hours, Total: hours})
	if err := l.DB.Together(ctx, l.fillQueue); err != nil {
		return err
	}
	l.Clock.set(l.until)
	return l.work(ctx)
}

// hour plays what happens until an instant and in the hour after it.
func (l *life) hour(ctx context.Context, at clock.Instant, events []event) error {
	if err := l.deliver(ctx, at, events); err != nil {
		return err
	}
	if err := l.answer(ctx, at); err != nil {
		return err
	}
	if err := l.call(ctx, at); err != nil {
		return err
	}
	return l.reply(ctx, at)
}

// work runs the jobs that are due. It looks for them only when there may be some: nothing happens in most hours of the night.
func (l *life) work(ctx context.Context) (err error) {
	if !l.somebodyActed && (l.next.IsZero() || l.next > l.Clock.Now()) {
		return nil
	}
	l.somebodyActed = false
	l.next, err = l.RunDue(ctx)
	return err
}

// deliver is the source reporting what happened.
func (l *life) deliver(ctx context.Context, at clock.Instant, events []event) error {
	l.Clock.set(at)
	if len(events) > 0 {
		inputs := make([]contact.Input, len(events))
		for i, e := range events {
			inputs[i] = e.input
		}
		outcomes, err := l.Contacts.Take(ctx, l.sourceID, inputs)
		if err != nil {
			return err
		}
		for i, o := range outcomes {
			if o.Status == contact.Rejected {
				return fmt.Errorf("contact %s was rejected: %w", inputs[i].ExternalID, fault.InvalidFields(o.Problems...))
			}
			l.taken = append(l.taken, o.ContactID)
		}
		l.somebodyActed = true
	}
	if err := l.work(ctx); err != nil {
		return err
	}
	l.readMail(at)
	return nil
}

// readMail lets customers decide whether and when they answer.
func (l *life) readMail(at clock.Instant) {
	for _, message := range l.Mailbox.read() {
		who, ok := l.byEmail[message.To]
		if !ok {
			who, ok = l.byPhone[message.To]
		}
		token := tokenIn(message)
		if !ok || token == "" {
			continue
		}
		if l.random.Float64() < who.answers {
			delay := time.Duration(2+l.random.IntN(90)) * time.Minute
			if l.random.IntN(4) == 0 {
				delay += time.Duration(l.random.IntN(60)) * time.Hour
			}
			l.answers = append(l.answers, answer{at.Add(delay), token, who})
		} else {
			l.silent = append(l.silent, answer{at, token, who})
		}
	}
	slices.SortStableFunc(l.answers, func(a, b answer) int { return int(min(max(a.at-b.at, -1), 1)) })
}

// answer lets the customers answer whose time has come.
func (l *life) answer(ctx context.Context, until clock.Instant) error {
	for len(l.answers) > 0 && l.answers[0].at <= until.Add(step) {
		a := l.answers[0]
		l.answers = l.answers[1:]
		if a.at >= l.until.Add(-fillTime) {
			return l.work(ctx)
		}
		l.Clock.set(a.at)
		asked, err := l.Surveys.ByToken(ctx, a.token)
		if err != nil {
			return err
		}
		rating := l.rating(l.hardship[asked.Invitation.Category], l.skill[asked.AgentName], a.who.mood)
		err = l.Surveys.Submit(ctx, a.token, a.who.input.Language, l.submission(rating, l.solved(rating)))
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
		l.somebodyActed = true
	}
	return l.work(ctx)
}

// solved reports whether a customer who rates so says that it is solved.
func (l *life) solved(rating int) bool {
	unsolved := rating <= 2 && l.random.IntN(100) < 70 || l.random.IntN(100) < 6
	return !unsolved
}

// submission is what a customer answers, with the rest drawn.
func (l *life) submission(rating int, isSolved bool) survey.Submission {
	solved := 0
	if isSolved {
		solved = 1
	}
	given := map[string]survey.Given{
		survey.KeyRating:  {Value: &rating},
		survey.KeySolved:  {Value: &solved},
		survey.KeyComment: {Text: pick(l.random, l.words.comments[rating >= 4])},
	}
	if rating <= 2 {
		given[survey.KeyReasons] = survey.Given{Choices: []string{l.reason(solved == 1)}}
	}
	if yes := 1; l.random.IntN(100) < 18 {
		given[survey.KeyConsent] = survey.Given{Value: &yes}
	}
	return survey.Submission{Given: given}
}

func (l *life) reason(solved bool) string {
	if !solved && l.random.IntN(3) > 0 {
		return "unsolved"
	}
	return pick(l.random, []string{"waited", "waited", "attitude", "unclear", "repeated", "product"})
}
