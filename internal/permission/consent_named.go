package permission

import (
	"fmt"
	"slices"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// SharedBy is up to how many customers with one address are told apart, or made one person. More of them share a line: it is capped
// by the address, makes nobody the same person, and nobody knows who of them said something.
const SharedBy = 5

// consentName is how an input names customers: one of the two.
type consentName struct {
	reference Reference
	kind      AddressKind
	address   string
}

// name returns whom the input is about, or says what is wrong with it.
func (in ConsentInput) name(region string, f *findings) consentName {
	in.Source, in.Reference = strings.TrimSpace(in.Source), strings.TrimSpace(in.Reference)
	switch {
	case in.Reference != "":
		f.limit("reference", in.Reference, maxText)
		if in.Source == "" {
			f.refuse("source", "required", "is required with a reference", "")
		}
		return consentName{reference: Reference{Source: in.Source, Reference: in.Reference}}
	case in.Phone != "":
		return consentName{kind: PhoneAddress, address: checkAddress(PhoneAddress, in.Phone, region, f)}
	case in.Email != "":
		return consentName{kind: EmailAddress, address: checkAddress(EmailAddress, in.Email, region, f)}
	}
	f.refuse("reference", "customer_unnamed", "is required, or a phone number or e-mail address", "")
	return consentName{}
}

// named returns whom each name is about, in order.
func (s *Service) named(tx database.Tx, names []consentName) ([][]int64, error) {
	var references []Reference
	addresses := map[AddressKind][]string{}
	for _, n := range names {
		switch {
		case n.reference.Reference != "":
			references = append(references, n.reference)
		case n.address != "":
			addresses[n.kind] = append(addresses[n.kind], n.address)
		}
	}
	byReference, err := s.directory.CustomersByReference(tx, references)
	if err != nil {
		return nil, fmt.Errorf("whom consent is about: %w", err)
	}
	byAddress := map[AddressKind]map[string][]int64{}
	for kind, list := range addresses {
		if byAddress[kind], err = s.directory.CustomersWith(tx, kind, list); err != nil {
			return nil, fmt.Errorf("whom consent is about: %w", err)
		}
	}
	about := make([][]int64, len(names))
	for i, n := range names {
		if n.reference.Reference == "" {
			about[i] = byAddress[n.kind][n.address]
		} else if id, found := byReference[n.reference]; found {
			about[i] = []int64{id}
		}
	}
	return about, nil
}

// several returns whether customers with one address are more than one person, as far as that is known.
func (s *Service) several(tx database.Tx, about [][]int64) (func([]int64) bool, error) {
	var few []int64
	for _, ids := range about {
		if len(ids) > 1 && len(ids) <= SharedBy {
			few = append(few, ids...)
		}
	}
	persons, err := s.directory.Persons(tx, distinct(few))
	if err != nil {
		return nil, fmt.Errorf("whom consent is about: %w", err)
	}
	return func(ids []int64) bool {
		return len(ids) > SharedBy || slices.ContainsFunc(ids, func(id int64) bool { return persons[id] != persons[ids[0]] })
	}, nil
}

// mayBeGivenBy returns which customers a viewer may record a yes of: people with teams those they see. A machine has a right of its
// own to do so.
func (s *Service) mayBeGivenBy(tx database.Tx, viewer account.Viewer, about [][]int64) (func([]int64) []int64, error) {
	if viewer.Role == account.Machine || viewer.SeesAllTeams() {
		return func(ids []int64) []int64 { return ids }, nil
	}
	seen, err := s.directory.Seen(tx, viewer, slices.Concat(about...))
	if err != nil {
		return nil, fmt.Errorf("whom consent is about: %w", err)
	}
	return func(ids []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !slices.Contains(seen, id) })
	}, nil
}

// ofSeveral is the problem of a yes by an address of several people: it would be taken for a yes of those who did not say it.
func (n consentName) ofSeveral() []fault.Field {
	var f findings
	f.refuse(string(n.kind), "shared_address", "is an address of several customers: name the customer by reference", n.address)
	return f
}

// lineRefusal is a withdrawal by the address of a shared line.
type lineRefusal struct {
	suppression Suppression
	customers   int
	result      *ConsentResult
}

// onLine returns the withdrawal as a suppression of the address.
func (e ConsentEvent) onLine(n consentName) Suppression {
	return Suppression{
		Kind: n.kind, Address: n.address, Scope: scopeOf(e.Purpose), Reason: "customer_request", Evidence: e.Evidence, UserID: e.UserID,
	}
}

// scopeOf returns the scope that forbids a purpose, and others like it.
func scopeOf(p Purpose) Scope {
	switch {
	case p.Marketing():
		return MarketingOnly
	case p == Survey:
		return SurveysOnly
	}
	return Everything
}

func (s *Service) refuseOnLines(tx database.Tx, refusals []lineRefusal) error {
	suppressions := make([]Suppression, len(refusals))
	for i, r := range refusals {
		suppressions[i] = r.suppression
	}
	added, err := s.suppress(tx, suppressions)
	if err != nil {
		return err
	}
	for i, r := range refusals {
		*r.result = ConsentResult{Status: ConsentKnown}
		if added[i] {
			*r.result = ConsentResult{Status: ConsentRecorded, Customers: r.customers}
		}
	}
	return nil
}
