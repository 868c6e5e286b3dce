package callback_test

import (
	"context"
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
}

// sort writes on a callback whether it needs the skill, as the rules say now.
func (d *naive) sort(c *callback.Callback) {
	_, needs := d.skills.rules[c.Kind]
	d.skills.needed[c.ID] = needs
}

// keeps reports whether a callback waits for somebody who has its skill. After two hours it does not, and never for whom it is kept or who
// had it last.
func (d *naive) keeps(c *callback.Callback, v account.Viewer) bool {
	had := c.State == callback.Claimed && c.CallerID == v.UserID
	return d.skills.needed[c.ID] && !d.skills.has[v.UserID] && d.now < c.ReadyAt.Add(2*time.Hour) && c.ReservedFor != v.UserID && !had
}

// drawSkill lets the administrator say that a kind of callback needs the skill, or not any more, and give it to somebody or take it away.
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
