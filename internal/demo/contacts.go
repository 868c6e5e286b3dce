package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// The size of the demo centre.
const (
	days      = 90
	contacts  = 2000
	customers = 1300
	burstDays = 12 // so many days ago one street lost its line
)

// somebody is a customer of the demo, with how easily they are pleased and how often they answer.
type somebody struct {
	input   contact.InputCustomer
	mood    float64 // −0.25 … 0.25, added to the chance of being satisfied
	answers float64 // chance to answer a survey
}

// event is something a source reports at an instant.
type event struct {
	at    clock.Instant
	input contact.Input
}

// history is the demo centre's past, all of it derived from the seed and the day it ends.
type history struct {
	words  words
	zone   *time.Location
	random *rand.Rand
	people []somebody
	skill  map[string]float64 // of an agent, added to the chance of a satisfied customer
}

func newHistory(w words, zone *time.Location) *history {
	random := rand.New(rand.NewPCG(20261122, 1005)) //nolint:gosec // a demo is the same every time
	h := &history{words: w, zone: zone, random: random, skill: map[string]float64{}}
	for i, agent := range w.agents {
		h.skill[agent] = []float64{.16, .08, -.14, .04, .10, .02, -.06, .06, .04, .0, -.10, .12}[i%12]
	}
	for i := range customers {
		h.people = append(h.people, h.person(i))
	}
	return h
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (h *history) person(i int) somebody {
	name := h.words.fullName(pick(h.random, h.words.families), pick(h.random, h.words.givens))
	p := somebody{
		input: contact.InputCustomer{
			Reference: fmt.Sprintf("C%05d", 10001+i),
			Name:      name,
			Phones:    []string{fmt.Sprintf("199 0000 %04d", 1000+i*7%9000)},
			Zone:      "Asia/Shanghai",
			Language:  h.words.language,
		},
		mood:    h.random.Float64()*.5 - .25,
		answers: .1 + h.random.Float64()*.45,
	}
	if h.random.IntN(100) < 82 {
		p.input.Emails = []string{fmt.Sprintf("c%05d@example.com", 10001+i)}
	}
	if h.random.IntN(100) < 6 {
		p.input.Tags = []string{"vip"}
	}
	return p
}

// events returns what the source reports up to an instant, in order of time: some 2,000 contacts over 90 days, each reported when
// it is opened, resolved, and for a few reopened and resolved again.
func (h *history) events(until clock.Instant) []event {
	today := clock.DayOf(until, h.zone)
	var all []event
	for i := range contacts {
		day := h.day(today)
		opened := day.Start(h.zone).Add(time.Duration(8*60+h.random.IntN(12*60))*time.Minute + time.Duration(h.random.IntN(60))*time.Second)
		all = append(all, h.contact(i, opened, today-day == burstDays)...)
	}
	slices.SortStableFunc(all, func(a, b event) int { return int(min(max(a.at-b.at, -1), 1)) })
	past, _ := slices.BinarySearchFunc(all, until, func(e event, at clock.Instant) int { return int(min(max(e.at-at, -1), 1)) })
	return all[:past]
}

// day draws a day: fewer contacts at weekends, many on the day of the burst.
func (h *history) day(today clock.Day) clock.Day {
	for {
		if h.random.IntN(100) < 4 {
			return today - burstDays
		}
		day := today - clock.Day(h.random.IntN(days))
		weekday := time.Weekday((int(day) + 4) % 7)
		if weekday != time.Saturday && weekday != time.Sunday || h.random.IntN(100) < 45 {
			return day
		}
	}
}

func (h *history) kind(burst bool) caseKind {
	if burst {
		return h.words.cases[0]
	}
	total := 0
	for _, k := range h.words.cases {
		total += k.weight
	}
	n := h.random.IntN(total)
	for _, k := range h.words.cases {
		if n -= k.weight; n < 0 {
			return k
		}
	}
	return h.words.cases[0]
}

// The usual channels and severities are drawn from: each is there as often as it is likely.
var (
	usualChannels = []contact.Channel{
		contact.Phone, contact.Phone, contact.Phone, contact.WeChat, contact.WeChat, contact.Chat, contact.Email, contact.Web,
	}
	usualSeverities = []contact.Severity{
		contact.Low, contact.Low, contact.Low, contact.Medium, contact.Medium, contact.Medium, contact.High, contact.High,
	}
)

func (h *history) contact(i int, opened clock.Instant, burst bool) []event {
	r, kind := h.random, h.kind(burst)
	who := pick(r, h.people)
	agent := h.words.agents[kind.team*4+r.IntN(4)]
	taker := h.words.agents[r.IntN(4)]
	talk, hold, wrap := int64(60+r.IntN(600)), int64(r.IntN(90)), int64(15+r.IntN(75))
	in := contact.Input{
		ExternalID: fmt.Sprintf("W%06d", 240001+i), Status: contact.Open, Customer: who.input,
		Channel: pick(r, usualChannels), Category: kind.category, Subcategory: kind.subcategory,
		Product: pick(r, h.words.products), Severity: pick(r, usualSeverities), Complaint: new(kind.hardship >= .7),
		OpenedAt: opened, OrderRef: fmt.Sprintf("O%07d", 7000000+i*13%99999),
		Participants: []contact.InputParticipant{
			{Role: contact.TookIt, Agent: taker, Team: h.words.teams[0]},
			{Role: contact.Handled, Agent: agent, Team: h.words.teams[kind.team]},
		},
	}
	events := []event{{opened, in}}
	if r.IntN(100) < 7 { // never resolved
		return events
	}
	in.FirstResponse = opened.Add(time.Duration(2+r.IntN(90)) * time.Minute)
	in.Status, in.TalkSeconds, in.HoldSeconds, in.WrapUpSeconds = contact.Resolved, &talk, &hold, &wrap
	in.ResolvedAt = h.atWork(in.FirstResponse.Add(time.Duration(5+r.IntN(60+int(kind.hardship*1200))) * time.Minute))
	if in.Channel == contact.Phone && r.IntN(100) < 14 { // asked by the keypad at the end of the call
		in.Answers = []contact.InputAnswer{{
			Metric: "nps", Value: new(h.recommends(kind.hardship, h.skill[agent], who.mood)), AnsweredAt: in.ResolvedAt,
		}}
	}
	in.Resolution = pick(r, h.words.resolutions)
	in.AutoClosed = new(r.IntN(100) < 5)
	events = append(events, event{in.ResolvedAt, in})
	if r.IntN(100) < 4 && !*in.AutoClosed {
		again := in
		again.Status, again.Answers = contact.Reopened, nil
		back := h.atWork(in.ResolvedAt.Add(time.Duration(1+r.IntN(30)) * time.Hour))
		events = append(events, event{back, again})
		again.Status = contact.Resolved
		again.ResolvedAt = h.atWork(back.Add(time.Duration(1+r.IntN(20)) * time.Hour))
		events = append(events, event{again.ResolvedAt, again})
	}
	return events
}

// atWork moves an instant of the night to the next morning: agents sleep.
func (h *history) atWork(at clock.Instant) clock.Instant {
	local := at.In(h.zone)
	if hour := local.Hour(); hour >= 8 && hour < 21 {
		return at
	}
	y, m, d := local.Date()
	if local.Hour() >= 21 {
		d++
	}
	return clock.At(time.Date(y, m, d, 8, h.random.IntN(120), h.random.IntN(60), 0, h.zone))
}

// recommends draws an answer on the scale of 0 to 10.
func (h *history) recommends(hardship, skill, mood float64) int {
	high := [...]int{0, 2, 4, 7, 9}[h.rating(hardship, skill, mood)-1]
	return min(10, high+h.random.IntN(3))
}

// rating draws what the customer thinks of a resolution, from how hard the case was, who solved it and their own mood.
func (h *history) rating(hardship, skill, mood float64) int {
	p := .95 - hardship*.75 + skill + mood
	switch x := h.random.Float64(); {
	case x < p*.62:
		return 5
	case x < p:
		return 4
	case x < p+(1-p)*.30:
		return 3
	case x < p+(1-p)*.65:
		return 2
	}
	return 1
}
