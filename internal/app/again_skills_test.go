package app

import (
	"time"

	"aftercall/tasks/callback/skill"
)

// needSkill makes a skill that confirmations need.
func (o *office) needSkill() skill.Rule {
	known, err := o.Skills.Add(o.ctx(), o.admin, "粤语")
	o.must(err)
	o.must(o.Skills.AddRule(o.ctx(), o.admin, skill.Rule{Kind: "confirm", SkillID: known.ID}))
	kept, err := o.Skills.All(o.ctx())
	o.must(err)
	return kept.Rules[len(kept.Rules)-1]
}

// skillCases is what callers are good at, and what follows for the callbacks there are.
func skillCases() map[string]useCase {
	with := func(do func(o *office, r skill.Rule) error) useCase {
		return func(o *office) func() (any, error) {
			r := o.needSkill()
			o.at = o.at.Add(time.Second)
			return func() (any, error) { return nil, do(o, r) }
		}
	}
	return map[string]useCase{
		"Skills.Add": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Skills.Add(o.ctx(), o.admin, "粤语") }
		},
		"Skills.Edit": with(func(o *office, r skill.Rule) error {
			o.must(o.Skills.Edit(o.ctx(), o.admin, r.SkillID, skill.Edited{Name: "粤语", Have: []string{"caller"}}))
			edited := skill.Edited{Name: "广东话", Had: []string{"caller"}, Have: []string{"admin"}}
			return o.Skills.Edit(o.ctx(), o.admin, r.SkillID, edited)
		}),
		"Skills.Remove": with(func(o *office, r skill.Rule) error {
			o.must(o.Skills.RemoveRule(o.ctx(), o.admin, r.ID))
			return o.Skills.Remove(o.ctx(), o.admin, r.SkillID)
		}),
		"Skills.AddRule": with(func(o *office, r skill.Rule) error {
			return o.Skills.AddRule(o.ctx(), o.admin, skill.Rule{Category: "宽带报修", Language: "yue", SkillID: r.SkillID})
		}),
		"Skills.RemoveRule": with(func(o *office, r skill.Rule) error { return o.Skills.RemoveRule(o.ctx(), o.admin, r.ID) }),
		"Skills.RaiseRule": func(o *office) func() (any, error) {
			o.needSkill()
			known, err := o.Skills.Add(o.ctx(), o.admin, "大客户")
			o.must(err)
			o.must(o.Skills.AddRule(o.ctx(), o.admin, skill.Rule{Product: "专线", SkillID: known.ID}))
			kept, err := o.Skills.All(o.ctx())
			o.must(err)
			return func() (any, error) { return nil, o.Skills.RaiseRule(o.ctx(), o.admin, kept.Rules[1].ID) }
		},
		"Skills.SetFallThrough": just(func(o *office) error { return o.Skills.SetFallThrough(o.ctx(), o.admin, 90) }),
	}
}
