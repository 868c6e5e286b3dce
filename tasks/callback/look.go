package callback

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/permission"
)

// A claim asks nearly everything before its transaction, which then only makes sure that nothing changed: the callback has the fence and
// state it was seen in, and the guard row of its person the version. Whoever touches, holds, merges or splits a person writes that row.
// What is not behind it (a suppression, a reopening) may come a moment after it was asked, as it may a moment after a claim; the dial asks
// again.

// seen is a callback for who asked for one, with what was found out about it before its claim.
type seen struct {
	callback Callback
	version  int64  // of the guard row of its person
	allowed  bool   // it is wanted, and may be made
	alone    bool   // the person has no other callback that is ready or was claimed
	fence    int64  // the highest of the callbacks of the person, closed ones among them
	done     func() // ends the reaching for it
}

// answer finds a callback for everybody who asked, or tells all of them what went wrong.
func (s *Service) answer(tx database.Tx, asked []*look, now clock.Instant) {
	err := errLookBroken
	defer func() {
		for _, a := range asked {
			if err != nil && a.found != nil {
				a.found.done()
				a.found = nil
			}
			a.err = cmp.Or(err, a.err)
		}
	}()
	err = s.find(tx, asked, now)
}

func (s *Service) find(tx database.Tx, asked []*look, now clock.Instant) error {
	if err := s.assign(tx, asked, now); err != nil {
		return err
	}
	var callbacks []Callback
	for _, a := range asked {
		if a.found != nil {
			callbacks = append(callbacks, a.found.callback)
		}
	}
	if len(callbacks) == 0 {
		return nil
	}
	known, err := s.lookAtAll(tx, callbacks, now)
	if err != nil {
		return err
	}
	for _, a := range asked {
		if a.found != nil {
			k := known[a.found.callback.ID]
			k.callback, k.done = a.found.callback, a.found.done
			*a.found = k
		}
	}
	return nil
}

// assign gives each who asked the most urgent callback that nobody reaches for, and begins to reach for it.
func (s *Service) assign(tx database.Tx, asked []*look, now clock.Instant) error {
	pools, err := s.allPools(tx)
	if err != nil {
		return err
	}
	lacks, err := lackingOf(tx, askers(asked), pools)
	if err != nil {
		return err
	}
	open := s.openTo(pools, asked, now)
	ready, err := store{tx}.claimable(askers(asked), depths(asked, open, lacks), now)
	if err != nil {
		return err
	}
	byPool := make(map[int64][]*Callback)
	for i, c := range ready {
		byPool[c.PoolID] = append(byPool[c.PoolID], &ready[i])
	}
	for i, a := range asked {
		var candidates []*Callback
		others := false
		for _, pool := range open[i] {
			for _, c := range byPool[pool] {
				others = others || c.NotFor == a.viewer.UserID
				if c.claimable(a.viewer.UserID, now) && !lacks[i].keeps(*c, a.viewer.UserID, now) {
					candidates = append(candidates, c)
				}
			}
		}
		if others && !a.single {
			a.err = errLookSingle
			continue
		}
		a.found, a.err = s.reach(candidates, a.viewer), nil
		if len(candidates) == 0 {
			a.err = ErrNothingReady
		}
	}
	return nil
}

// reach begins to reach for the most urgent of the candidates whose person nobody else in this process is just reaching for. Other
// processes are met at the lock: there, each begins with another one of those that are equally urgent.
func (s *Service) reach(candidates []*Callback, viewer account.Viewer) *seen {
	slices.SortFunc(candidates, func(a, b *Callback) int {
		return cmp.Or(compareUrgency(a, b, viewer), cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	equal := 0
	for equal < min(int(s.asking.Load()), len(candidates)) && compareUrgency(candidates[0], candidates[equal], viewer) == 0 {
		equal++
	}
	rand.Shuffle(equal, func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	for _, c := range candidates {
		if _, taken := s.reaching.LoadOrStore(c.PersonID, true); !taken {
			return &seen{callback: *c, done: func() { s.reaching.Delete(c.PersonID) }}
		}
	}
	return nil
}

func askers(asked []*look) []int64 {
	ids := make([]int64, len(asked))
	for i, a := range asked {
		ids[i] = a.viewer.UserID
	}
	return ids
}

// depth is how far to look into a pool: at what is ready, for those who have its skill, and at what has waited too long for one of them.
type depth struct{ ready, waited int }

// depths returns how far to look into each pool: there must be some for everybody who asks, beside what others are just claiming.
func depths(asked []*look, open [][]int64, lacks []lacking) map[int64]depth {
	wanted := make(map[int64]depth)
	for i, a := range asked {
		for _, pool := range open[i] {
			d := wanted[pool]
			into := &d.ready
			if lacks[i].lacks(pool) {
				into = &d.waited
			}
			*into = max(*into+2, perPool<<(2*a.round))
			wanted[pool] = d
		}
	}
	for pool, d := range wanted {
		wanted[pool] = depth{rounded(d.ready), rounded(d.waited)}
	}
	return wanted
}

// rounded is the power of two above a depth, so that there are few different statements; none stays none.
func rounded(n int) int {
	if n == 0 {
		return 0
	}
	return 1 << bits.Len(uint(n-1))
}

// openTo returns for each who asked those of the pools that they see and whose calling hours are on.
func (s *Service) openTo(pools []pool, asked []*look, now clock.Instant) [][]int64 {
	classes := make(map[string]bool) // many pools are of one
	open := make([][]int64, len(asked))
	for _, p := range pools {
		on, known := classes[p.Zone]
		if !known {
			on = s.window(p, now).Open
			classes[p.Zone] = on
		}
		if !on {
			continue
		}
		for i, a := range asked {
			if a.viewer.SeesTeam(p.TeamID) {
				open[i] = append(open[i], p.ID)
			}
		}
	}
	return open
}

// lookAtAll finds out about callbacks, by id. The versions are read first: what is read later is at least as new.
func (s *Service) lookAtAll(tx database.Tx, callbacks []Callback, now clock.Instant) (map[int64]seen, error) {
	persons := make([]int64, len(callbacks))
	for i, c := range callbacks {
		persons[i] = c.PersonID
	}
	st := store{tx}
	versions, err := permission.Versions(tx, database.DistinctNonzero(persons))
	if err != nil {
		return nil, err
	}
	all, err := st.ofPersons(database.DistinctNonzero(persons))
	if err != nil {
		return nil, err
	}
	undone, err := s.overtaken(tx, callbacks...)
	if err != nil {
		return nil, err
	}
	subjects, verdicts, err := s.judgeEach(tx, callbacks, now)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]seen, len(callbacks))
	for _, c := range callbacks {
		found[c.ID] = seen{
			version: versions[c.PersonID], alone: all[c.PersonID].Open <= 1, fence: all[c.PersonID].Fence,
			allowed: undone[c.ID] == "" && verdicts[c.ID].Allowed && subjects[c.ID].PersonID == c.PersonID,
		}
	}
	return found, nil
}
