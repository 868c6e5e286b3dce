package permission

import (
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/database"
)

// chunkSize is how many questions are loaded with one set of queries.
const chunkSize = 500

// load returns the facts of each question.
func (s *Service) load(tx database.Tx, questions []Question) ([]Facts, error) {
	k := s.keysOf(questions)
	st := store{tx}
	consents, err := st.newestConsents(k.customers)
	if err != nil {
		return nil, err
	}
	suppressions, err := st.suppressions(k.allHashes)
	if err != nil {
		return nil, err
	}
	byPerson, err := st.touchesOfPersons(k.persons, k.earliest.Add(-long))
	if err != nil {
		return nil, err
	}
	byAddress, err := st.touchesToAddresses(k.askedHashes, k.earliest.Add(-day))
	if err != nil {
		return nil, err
	}
	facts := make([]Facts, len(questions))
	for i, q := range questions {
		facts[i] = Facts{
			Consents:  consents[q.Subject.CustomerID],
			ByPerson:  byPerson[q.Subject.PersonID],
			ByAddress: byAddress[k.asked[i]],
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
	for i, q := range questions {
		k.earliest = min(k.earliest, q.At)
		k.customers = append(k.customers, q.Subject.CustomerID)
		if q.Subject.PersonID != 0 {
			k.persons = append(k.persons, q.Subject.PersonID)
		}
		for _, kind := range []AddressKind{PhoneAddress, EmailAddress} {
			for _, address := range q.Subject.addresses(kind) {
				k.of[i] = append(k.of[i], s.HashAddress(kind, address))
			}
		}
		if address := q.address(); address != "" {
			k.asked[i] = s.HashAddress(q.Channel.kind(), address)
			k.askedHashes = append(k.askedHashes, k.asked[i])
			if !slices.Contains(k.of[i], k.asked[i]) {
				k.of[i] = append(k.of[i], k.asked[i])
			}
		}
		k.allHashes = append(k.allHashes, k.of[i]...)
	}
	k.customers, k.persons = distinct(k.customers), distinct(k.persons)
	k.allHashes, k.askedHashes = distinct(k.allHashes), distinct(k.askedHashes)
	return k
}

func distinct[T int64 | string](values []T) []T {
	slices.Sort(values)
	return slices.Compact(values)
}
