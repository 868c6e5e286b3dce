package identity

import (
	"cmp"
	"slices"
)

// pair is two customers, the lower id first.
type pair struct{ a, b int64 }

func pairOf(a, b int64) pair { return pair{min(a, b), max(a, b)} }

// verdict is what somebody decided about two records.
type verdict int

const (
	apart    verdict = iota + 1 // they are not the same person
	together                    // they came together with others: they may be merged
	tied                        // the two by which a merge brought others together
)

// decisions is what was last decided by hand about two records. The newest change that moved one of them and not the other
// decides.
type decisions map[pair]verdict

// decidedSide is one record on its side of a change by hand.
type decidedSide struct {
	ChangeID, CustomerID int64
	Kind                 ChangeKind
	Moved                bool
}

// decisionsFrom takes the sides of changes in, the oldest change first.
func decisionsFrom(rows []decidedSide) decisions {
	slices.SortFunc(rows, func(a, b decidedSide) int {
		return cmp.Or(cmp.Compare(a.ChangeID, b.ChangeID), cmp.Compare(a.CustomerID, b.CustomerID))
	})
	decided := decisions{}
	for len(rows) > 0 {
		var moved, stayed []int64
		change := rows[0]
		for len(rows) > 0 && rows[0].ChangeID == change.ChangeID {
			if rows[0].Moved {
				moved = append(moved, rows[0].CustomerID)
			} else {
				stayed = append(stayed, rows[0].CustomerID)
			}
			rows = rows[1:]
		}
		decided.decide(change.Kind, moved, stayed)
	}
	return decided
}

// decide takes the sides of one change in, each in order. A merge ties the oldest record of one side to the oldest of the other:
// who merges two persons says nothing about why the records of each belong together.
func (d decisions) decide(kind ChangeKind, moved, stayed []int64) {
	said := apart
	if kind.merges() {
		said = together
	}
	for _, m := range moved {
		for _, s := range stayed {
			d[pairOf(m, s)] = said
		}
	}
	if kind.merges() && len(moved) > 0 && len(stayed) > 0 {
		d[pairOf(moved[0], stayed[0])] = tied
	}
}

// ties returns the pairs that keep records together by hand.
func (d decisions) ties() []pair {
	var ties []pair
	for p, said := range d {
		if said == tied {
			ties = append(ties, p)
		}
	}
	return ties
}

// separated reports whether a record of one side was separated by hand from one of the others.
func (d decisions) separated(side []int64) bool {
	on := make(map[int64]bool, len(side))
	for _, id := range side {
		on[id] = true
	}
	for p, said := range d {
		if said == apart && on[p.a] != on[p.b] {
			return true
		}
	}
	return false
}

// leaving returns the groups of records that leave a person because a line they have turned out to be a shared one. Records belong
// together by their ties. The group with the oldest record on the line stays, and so does who does not have the line: something
// else made them the same person, even if it is not known any more.
func leaving(records []int64, onLine map[int64]bool, ties []pair) [][]int64 {
	groups := grouped(records, ties)
	var left [][]int64
	stays := true
	for _, group := range groups {
		if !slices.ContainsFunc(group, func(id int64) bool { return onLine[id] }) {
			continue
		}
		if !stays {
			left = append(left, group)
		}
		stays = false
	}
	return left
}

// grouped returns the records that ties connect, each group in order and the one with the lowest id first.
func grouped(records []int64, ties []pair) [][]int64 {
	root := make(map[int64]int64, len(records))
	for _, id := range records {
		root[id] = id
	}
	find := func(id int64) int64 {
		for root[id] != id {
			root[id] = root[root[id]]
			id = root[id]
		}
		return id
	}
	for _, t := range ties {
		a, b := find(t.a), find(t.b)
		root[max(a, b)] = min(a, b)
	}
	members := map[int64][]int64{}
	for _, id := range records {
		members[find(id)] = append(members[find(id)], id)
	}
	groups := make([][]int64, 0, len(members))
	for _, group := range members {
		slices.Sort(group)
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b []int64) int { return cmp.Compare(a[0], b[0]) })
	return groups
}
