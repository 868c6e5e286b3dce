package callback_test

import (
	"context"
	"strconv"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/skill"
)

var admin = account.Viewer{UserID: 99, Name: "admin", Role: account.Admin}

// paperSkills is who has the one skill there is, which kinds of callback need it, and on which callbacks that has been written.
type paperSkills struct {
	rules  map[callback.Kind]int64 // the rule's id
	needed map[int64]bool          // callbacks
	has    map[int64]bool          // users
	fall   time.Duration           // after which a callback is anybody's
}

// sort writes on a callback of which team it is and whether it needs the skill, as the rules say now. Where either changes, it waits
// for others, from now.
func (d *naive) sort(c *callback.Callback, team int64) {
	_, needs := d.skills.rules[c.Kind]
	if (needs != d.skills.needed[c.ID] || team != c.TeamID) && c.OfferedAt > 0 {
		c.OfferedAt = d.now
	}
	d.skills.needed[c.ID], c.TeamID = needs, team
}

// opens writes on a callback from when it is anybody's: so long after it was ready first since its last outcome, but before it is overdue,
// and before half of the time to make it has gone by.
func (d *naive) opens(c *callback.Callback) {
	if c.State == callback.Ready && c.OfferedAt == 0 {
		c.OfferedAt = c.ReadyAt
	}
	since := c.OfferedAt
	if since == 0 {
		since = c.ReadyAt
	}
	if c.OpenAt = 0; open(c) {
		c.OpenAt = min(since.Add(d.skills.fall), c.DueAt, since.Add(c.ExpiresAt.Sub(since)/2))
	}
}

// keeps reports whether a callback waits for somebody who has its skill. It never does for whom it is kept or who had it last.
func (d *naive) keeps(c *callback.Callback, v account.Viewer) bool {
	had := c.State == callback.Claimed && c.CallerID == v.UserID
	return d.skills.needed[c.ID] && !d.skills.has[v.UserID] && d.now < c.OpenAt && c.ReservedFor != v.UserID && !had
}

func (d *naive) sortAll() {
	for _, c := range d.rows {
		if open(c) {
			d.sort(c, c.TeamID)
		}
	}
}

// drawSkill lets the administrator say that a kind of callback needs the skill, or not any more, give it to somebody or take it away, and
// say how long a callback waits for it.
func (w *modelWorld) drawSkill(rt *rapid.T, m *move) {
	ctx, skills := context.Background(), w.Callbacks.Skills()
	if m.name == "learn or forget a skill" {
		v := rapid.SampledFrom(w.paper.staff).Draw(rt, "whose")
		edited := skill.Edited{Name: w.skill.Name, Have: []string{v.Name}}
		if m.about = v.Name + " learns"; w.paper.skills.has[v.UserID] {
			edited.Had, edited.Have, m.about = edited.Have, nil, v.Name+" forgets"
		}
		m.real = func() (string, error) { return ok(skills.Edit(ctx, admin, w.skill.ID, edited)) }
		m.paper = func(d *naive) (string, error) { d.skills.has[v.UserID] = !d.skills.has[v.UserID]; return ok(nil) }
		return
	}
	if m.name == "say how long a skill is waited for" {
		minutes := rapid.SampledFrom([]int{5, 30, 120, 3 * 24 * 60}).Draw(rt, "minutes")
		m.about = strconv.Itoa(minutes)
		m.real = func() (string, error) {
			err := skills.SetFallThrough(ctx, admin, minutes)
			w.Work(w.t, skill.JobSort, w.Callbacks.SortSkills)
			return ok(err)
		}
		m.paper = func(d *naive) (string, error) {
			d.skills.fall = time.Duration(minutes) * time.Minute
			d.sortAll()
			return ok(nil)
		}
		return
	}
	kind := rapid.SampledFrom([]callback.Kind{callback.ConfirmKind, callback.ComplaintKind}).Draw(rt, "kind")
	m.about = string(kind)
	if id, needs := w.paper.skills.rules[kind]; needs {
		m.about += " not any more"
		m.real = func() (string, error) { return ok(skills.RemoveRule(ctx, admin, id)) }
		m.paper = func(d *naive) (string, error) { delete(d.skills.rules, kind); return ok(nil) }
		return
	}
	var id int64
	m.later = true
	m.real = func() (string, error) {
		err := skills.AddRule(ctx, admin, skill.Rule{Kind: string(kind), SkillID: w.skill.ID})
		w.find(&id, "SELECT MAX(id) FROM skill_rules")
		return ok(err)
	}
	m.paper = func(d *naive) (string, error) { d.skills.rules[kind] = id; return ok(nil) }
}
