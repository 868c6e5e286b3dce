package callback

import (
	"context"
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback/skill"
)

// A callback's skill is decided by the rules when it is put into a pool, and again when they change: a claim looks at pools, and asks no
// rule.

// neededSkills returns the skill that each of the callbacks needs; 0 for none.
func neededSkills(tx database.Tx, callbacks []Callback) ([]int64, error) {
	needed := make([]int64, len(callbacks))
	rules, err := skill.RulesOf(tx)
	if err != nil || len(rules) == 0 {
		return needed, err
	}
	var contacts map[int64]contact.Contact
	if rules.AskContact() {
		if contacts, err = contact.ContactsByID(tx, contactsOf(callbacks)); err != nil {
			return nil, err
		}
	}
	var customers map[int64]contact.Customer
	if rules.AskLanguage() {
		ids := make([]int64, len(callbacks))
		for i, c := range callbacks {
			ids[i] = c.CustomerID
		}
		if customers, err = contact.CustomersByID(tx, ids); err != nil {
			return nil, err
		}
	}
	for i, c := range callbacks {
		about := contacts[c.ContactID]
		needed[i] = rules.Needed(skill.About{
			Kind: string(c.Kind), Category: about.Category, Product: about.Product, Language: customers[c.CustomerID].Language,
		})
	}
	return needed, nil
}

// Skills returns what callers are good at, and the rules that say what needs it.
func (s *Service) Skills() *skill.Service { return s.skills }

// sortPage is over how many ids one job of SortSkills goes. Most callbacks among them are closed.
const sortPage = 2000

// SortSkills is the job that brings open callbacks into the pools that the rules of skills say by now and opens them to anybody when the
// fall-through says, those behind an id, and adds the job for what comes behind them. Who has one in hand keeps it.
func (s *Service) SortSkills(ctx context.Context, ticket outbox.Ticket, after int64) error {
	now := ticket.Now(s.now)
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := ticket.Done(tx); err != nil {
			return err
		}
		st := store{tx}
		newest, err := st.newestCallback()
		if err != nil {
			return err
		}
		if after+sortPage < newest {
			if err := outbox.Add(tx, now, outbox.New(skill.JobSort, after+sortPage, outbox.Normal, now)); err != nil {
				return err
			}
		}
		open, err := st.openBetween(after, after+sortPage)
		if err != nil {
			return err
		}
		return sortAll(tx, open, now)
	})
	if err != nil {
		return fmt.Errorf("sort callbacks behind %d by skill: %w", after, err)
	}
	return nil
}

// sortAll moves those of the open callbacks that need another skill than their pool has to the pool beside it, and writes anew from when
// each is anybody's.
func sortAll(tx database.Tx, open []Callback, now clock.Instant) error {
	if len(open) == 0 {
		return nil
	}
	st := store{tx}
	fall, err := skill.FallThrough(tx)
	if err != nil {
		return err
	}
	needed, err := neededSkills(tx, open)
	if err != nil {
		return err
	}
	ids := make([]int64, len(open))
	for i, c := range open {
		ids[i] = c.PoolID
	}
	pools, err := st.poolsByID(ids)
	if err != nil {
		return err
	}
	byID := make(map[int64]pool, len(pools))
	for _, p := range pools {
		byID[p.ID] = p
	}
	type way struct {
		from int64
		to   poolKey
	}
	moved := make(map[way][]int64)
	var ways []way
	var keys []poolKey
	var opens []int64
	for i, c := range open {
		if from := byID[c.PoolID]; from.ID != 0 && from.SkillID != needed[i] {
			to := from.key()
			to.SkillID = needed[i]
			w := way{from.ID, to}
			if moved[w] == nil {
				ways, keys = append(ways, w), append(keys, to)
			}
			moved[w], opens = append(moved[w], c.ID), append(opens, c.ID)
		} else if c.OpenAt != c.opens(fall) {
			opens = append(opens, c.ID)
		}
	}
	interned, err := st.internPools(keys)
	if err != nil {
		return err
	}
	for _, w := range ways {
		if err := st.movePool(moved[w], w.from, interned[w.to], now); err != nil {
			return err
		}
	}
	return st.openAnew(opens, fall)
}
