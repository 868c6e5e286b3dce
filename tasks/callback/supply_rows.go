package callback

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// SupplyPart is one of the counts of Supply.
type SupplyPart string

// The parts of Supply.
const (
	SupplyReady   SupplyPart = "ready"
	SupplyWaiting SupplyPart = "waiting" // for one reason
	SupplyLacking SupplyPart = "lacking"
	SupplyInHand  SupplyPart = "in_hand"
	SupplyKept    SupplyPart = "kept"
)

// SupplyParts returns every part.
func SupplyParts() []SupplyPart {
	return []SupplyPart{SupplyReady, SupplyWaiting, SupplyLacking, SupplyInHand, SupplyKept}
}

// SupplyFilter names a count of Queue.
type SupplyFilter struct {
	Part   SupplyPart
	Reason Reason    // of SupplyWaiting: the reason that is counted
	After  SupplyKey // the last one of the page before; none for the first page
	Limit  int       // at most MaxRows, which is also what 0 means
}

// SupplyKey is the place of a callback in such a list.
type SupplyKey struct {
	At clock.Instant
	ID int64
}

func (k SupplyKey) compare(other SupplyKey) int {
	return cmp.Or(cmp.Compare(k.At, other.At), cmp.Compare(k.ID, other.ID))
}

// QueueRows returns the callbacks behind a count of Queue, those that are or were ready first before the others: as many as it counts.
func (s *Service) QueueRows(ctx context.Context, viewer account.Viewer, f SupplyFilter) ([]Callback, error) {
	now, tx := s.now(), s.db.View(ctx)
	pools, err := s.poolsOf(tx, viewer)
	if err != nil {
		return nil, err
	}
	lacks, err := lackingFor(tx, viewer, nobody, pools)
	if err != nil {
		return nil, err
	}
	q := openQuestion{callerID: nobody, sourceID: viewer.SourceID, lacks: lacks, now: now}
	var open, shut []int64
	for _, p := range pools {
		if s.window(p, now).Open {
			open = append(open, p.ID)
		} else {
			shut = append(shut, p.ID)
		}
	}
	limit := Limited(f.Limit)
	list := func(pools []int64, reason Reason, in ...situation) ([]Callback, error) {
		return store{tx}.openRows(pools, q, in, reason, f.After, limit)
	}
	var rows, more []Callback
	switch f.Part {
	case SupplyReady:
		rows, err = list(open, "", free)
	case SupplyKept:
		rows, err = list(open, "", kept)
	case SupplyLacking:
		rows, err = list(open, "", otherSkill)
	case SupplyInHand:
		rows, err = list(poolIDs(pools), "", inHand)
	case SupplyWaiting:
		rows, err = list(poolIDs(pools), f.Reason, notYet, keptNotYet, neverNotYet)
		if err == nil && f.Reason == Reason(permission.OutsideHours) {
			more, err = list(shut, "", free, kept, otherSkill)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list the callbacks behind a count: %w", err)
	}
	rows = append(rows, more...)
	slices.SortFunc(rows, func(a, b Callback) int { return a.SupplyKey().compare(b.SupplyKey()) })
	return rows[:min(len(rows), limit)], nil
}

// SupplyKey is the place of the callback in a list of QueueRows.
func (c *Callback) SupplyKey() SupplyKey { return SupplyKey{c.ReadyAt, c.ID} }
