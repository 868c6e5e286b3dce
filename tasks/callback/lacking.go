package callback

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback/skill"
)

// lacking is what a caller is not good at. What waits too long for somebody with its skill is theirs all the same, as is what was given to
// them, or was in their hands.
type lacking struct {
	needs map[int64]int64 // pools that need a skill, and which
	has   []int64         // the caller's skills
}

// lackingOf returns what each of the callers is not good at. Where none of the pools needs a skill it asks nothing.
func lackingOf(tx database.Tx, callers []int64, pools []pool) ([]lacking, error) {
	all := make([]lacking, len(callers))
	needs := make(map[int64]int64)
	for _, p := range pools {
		if p.SkillID != 0 {
			needs[p.ID] = p.SkillID
		}
	}
	if len(needs) == 0 {
		return all, nil
	}
	has, err := skill.Of(tx, callers)
	for i, caller := range callers {
		all[i] = lacking{needs: needs, has: has[caller]}
	}
	return all, err
}

// lacks reports whether a pool needs a skill that the caller does not have.
func (l lacking) lacks(pool int64) bool {
	needed := l.needs[pool]
	return needed != 0 && !slices.Contains(l.has, needed)
}

// opens returns from when a callback is anybody's who sees it, whatever it needs, where it waits so long for somebody with its skill: that
// long after it could first be had in its pool, which nobody who gives it back changes; but no later than it is overdue, and while half of
// the time is left in which it can be made. The same as a statement: opensAt.
func (c *Callback) opens(fall time.Duration) clock.Instant {
	since := cmp.Or(c.OfferedAt, c.ReadyAt)
	return min(since.Add(fall), c.DueAt, (since+c.ExpiresAt)/2)
}

// open writes down since when a callback can be had in its pool, and from when it is anybody's.
func (c *Callback) open(fall time.Duration) {
	if c.State == Ready {
		c.OfferedAt = cmp.Or(c.OfferedAt, c.ReadyAt)
	}
	if c.OpenAt = 0; !c.closed() {
		c.OpenAt = c.opens(fall)
	}
}

// keeps reports whether the skill it needs keeps a callback from a caller now.
func (l lacking) keeps(c Callback, callerID int64, now clock.Instant) bool {
	had := c.State == Claimed && c.CallerID == callerID
	return l.lacks(c.PoolID) && c.OpenAt.After(now) && c.ReservedFor != callerID && !had
}

// withinSkills returns those of the callbacks that their skill does not keep from the viewer.
func withinSkills(tx database.Tx, viewer account.Viewer, callbacks []Callback, now clock.Instant) ([]Callback, error) {
	if len(callbacks) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(callbacks))
	for i, c := range callbacks {
		ids[i] = c.PoolID
	}
	pools, err := store{tx}.poolsByID(ids)
	if err != nil {
		return nil, err
	}
	lacks, err := lackingOf(tx, []int64{viewer.UserID}, pools)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(callbacks, func(c Callback) bool { return lacks[0].keeps(c, viewer.UserID, now) }), nil
}

// SkillNeed is the skill that an open callback needs, and from when on it is anybody's all the same.
type SkillNeed struct {
	Skill string        // its name; empty for a callback that needs none
	Until clock.Instant // none for a callback that needs none
}

// Keeps reports whether the skill keeps the callback from those who lack it, at a time.
func (n SkillNeed) Keeps(at clock.Instant) bool { return n.Until.After(at) }

// SkillNeeds returns what those of the callbacks need that are open and need a skill, by id, with three queries for all of them.
func SkillNeeds(tx database.Tx, callbacks []Callback) (map[int64]SkillNeed, error) {
	var pools []int64
	for _, c := range callbacks {
		if slices.Contains(openStates, c.State) {
			pools = append(pools, c.PoolID)
		}
	}
	found, err := store{tx}.poolsByID(database.DistinctNonzero(pools))
	if err != nil {
		return nil, err
	}
	needed := make(map[int64]int64, len(found))
	for _, p := range found {
		needed[p.ID] = p.SkillID
	}
	names, err := skill.Names(tx, database.DistinctNonzero(slices.Collect(maps.Values(needed))))
	if err != nil || len(names) == 0 {
		return nil, err
	}
	fall, err := skill.FallThrough(tx)
	needs := make(map[int64]SkillNeed)
	for _, c := range callbacks {
		if name := names[needed[c.PoolID]]; name != "" && slices.Contains(openStates, c.State) {
			needs[c.ID] = SkillNeed{Skill: name, Until: c.ReadyAt.Add(fall)}
		}
	}
	return needs, err
}

// lackingCounts adds up what waits for somebody with a skill, by skill, the most first.
func lackingCounts(tx database.Tx, counts []openCount, lacks lacking) ([]LackingCount, error) {
	bySkill := make(map[int64]LackingCount)
	for _, c := range counts {
		sum := bySkill[lacks.needs[c.PoolID]]
		sum.Count += c.Count
		sum.Next = earlier(sum.Next, c.Opens)
		bySkill[lacks.needs[c.PoolID]] = sum
	}
	names, err := skill.Names(tx, slices.Collect(maps.Keys(bySkill)))
	all := make([]LackingCount, 0, len(bySkill))
	for id, sum := range bySkill {
		sum.Skill = names[id]
		all = append(all, sum)
	}
	slices.SortFunc(all, func(a, b LackingCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Skill, b.Skill))
	})
	return all, err
}
