package permission

import (
	"fmt"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// FactsAsOf returns the facts of each question as they were known at its instant, for a look back at what would have been
// decided: consent and suppressions recorded later did not exist, one lifted later still held. Of touches it returns those before
// touchesBefore; the others are what is being looked at.
func (s *Service) FactsAsOf(tx database.Tx, questions []Question, touchesBefore clock.Instant) ([]Facts, error) {
	facts := make([]Facts, 0, len(questions))
	for chunk := range slices.Chunk(questions, database.MaxIn) {
		chunk = s.dated(chunk)
		loaded, err := s.load(tx, chunk, past)
		if err != nil {
			return nil, fmt.Errorf("facts as of an earlier time: %w", err)
		}
		for i, q := range chunk {
			facts = append(facts, loaded[i].asOf(q.At, touchesBefore))
		}
	}
	return facts, nil
}

// asOf leaves out what was not known at an instant, and the touches from another one on.
func (f Facts) asOf(at, touchesBefore clock.Instant) Facts {
	var known Facts
	for _, c := range f.Consents {
		if c.RecordedAt <= at {
			known.Consents = append(known.Consents, c)
		}
	}
	for _, s := range f.Suppressions {
		if s.At <= at && (s.LiftedAt.IsZero() || s.LiftedAt > at) {
			s.LiftedAt = 0
			known.Suppressions = append(known.Suppressions, s)
		}
	}
	later := func(t Touch) bool { return t.At >= touchesBefore }
	known.ByPerson = slices.DeleteFunc(slices.Clone(f.ByPerson), later)
	known.ByAddress = slices.DeleteFunc(slices.Clone(f.ByAddress), later)
	return known
}

// lookback says how much of what is recorded is loaded.
type lookback struct {
	words  int  // of each customer, purpose and channel: that many newest yes and no
	lifted bool // also suppressions that were lifted
}

var (
	present = lookback{words: 1}
	past    = lookback{words: 50, lifted: true} // nobody changes their mind more often
)

// load returns the facts of each question.
func (s *Service) load(tx database.Tx, questions []Question, h lookback) ([]Facts, error) {
	k, st := s.keysOf(questions), store{tx}
	consents, err := st.newestConsents(k.customers, h.words)
	if err != nil {
		return nil, err
	}
	suppressions, err := st.suppressions(k.allHashes, h.lifted)
	if err != nil {
		return nil, err
	}
	forPerson, forAddress := s.Rules().lookBack()
	touches, err := st.touchesOfPersons(k.persons, k.earliest.Add(-forPerson))
	if err != nil {
		return nil, err
	}
	byPerson := groupBy(touches, func(t Touch) int64 { return t.PersonID })
	byAddress, err := st.touchesToAddresses(k.askedHashes, k.earliest.Add(-forAddress), touches)
	if err != nil {
		return nil, err
	}
	facts := make([]Facts, len(questions))
	for i, q := range questions {
		facts[i] = Facts{ByPerson: byPerson[q.Subject.PersonID], ByAddress: byAddress[k.asked[i]]}
		for _, id := range q.Subject.records() {
			facts[i].Consents = append(facts[i].Consents, consents[id]...)
		}
		for _, hash := range k.of[i] {
			facts[i].Suppressions = append(facts[i].Suppressions, suppressions[hash]...)
		}
	}
	return facts, nil
}

// keys are what the facts of some questions are found by.
type keys struct {
	customers, persons     []int64
	allHashes, askedHashes []string
	of                     [][]string // hashes of every address of each question's subject
	asked                  []string   // hash of the address in question
	earliest               clock.Instant
}

func (s *Service) keysOf(questions []Question) keys {
	k := keys{of: make([][]string, len(questions)), asked: make([]string, len(questions)), earliest: questions[0].At}
	known := make(map[AddressKind]map[string][]string, 2) // a subject is asked about over several channels
	hashes := func(kind AddressKind, address string) []string {
		if known[kind] == nil {
			known[kind] = make(map[string][]string, len(questions))
		}
		list := known[kind][address]
		if list == nil {
			list = s.hashes(kind, address)
			known[kind][address] = list
		}
		return list
	}
	for i, q := range questions {
		k.earliest = min(k.earliest, q.At)
		k.customers = append(k.customers, q.Subject.records()...)
		if q.Subject.PersonID != 0 {
			k.persons = append(k.persons, q.Subject.PersonID)
		}
		for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
			for _, address := range q.Subject.addresses(kind) {
				k.add(i, hashes(kind, address))
			}
		}
		for _, earlier := range q.Subject.Earlier {
			k.add(i, []string{s.HashAddress(EmailAddress, earlier)})
		}
		if address := q.address(); address != "" {
			list := hashes(q.Channel.kind(), address)
			k.asked[i] = list[0]
			k.askedHashes = append(k.askedHashes, k.asked[i])
			k.add(i, list)
		}
		k.allHashes = append(k.allHashes, k.of[i]...)
	}
	k.customers, k.persons = database.Distinct(k.customers), database.Distinct(k.persons)
	k.allHashes, k.askedHashes = database.Distinct(k.allHashes), database.Distinct(k.askedHashes)
	return k
}

// add notes hashes of a question's subject, each once: one number may be written in two ways.
func (k *keys) add(i int, hashes []string) {
	for _, h := range hashes {
		if !slices.Contains(k.of[i], h) {
			k.of[i] = append(k.of[i], h)
		}
	}
}
