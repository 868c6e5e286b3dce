package permission

import (
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Directory knows who customers are. Permission keeps what they said and what was done; who they are belongs to somebody else.
type Directory interface {
	// Subjects returns customers by their ids; an unknown id is left out.
	Subjects(tx database.Tx, customerIDs []int64) (map[int64]Subject, error)
	// Seen returns those of the customers whom a viewer sees.
	Seen(tx database.Tx, viewer account.Viewer, customerIDs []int64) ([]int64, error)
	// SeenBy returns the same as a condition of SQL on a column with ids of customers.
	SeenBy(viewer account.Viewer, column string) (condition string, args []any)
	// SubjectsOfPersons returns every record of the persons, in order of their ids.
	SubjectsOfPersons(tx database.Tx, personIDs []int64) ([]Subject, error)
	// Persons returns the person of each customer; an unknown id is left out.
	Persons(tx database.Tx, customerIDs []int64) (map[int64]int64, error)
	// CustomersWith returns the customers who have each of the normalised addresses, in order of their ids.
	CustomersWith(tx database.Tx, kind AddressKind, normalised []string) (map[string][]int64, error)
	// CustomersByReference returns the customers that sources name; those nobody knows are left out.
	CustomersByReference(tx database.Tx, names []Reference) (map[Reference]int64, error)
}

// Reference is how a source names a customer.
type Reference struct{ Source, Reference string }

// Named is a customer as an outsider knows them: by the reference of a source, or by a normalised address.
type Named struct {
	Reference Reference
	Kind      AddressKind // of Address
	Address   string      // normalised; empty: by reference
	Earlier   []string    // what earlier forms made of an e-mail as it was written
}

// NameBy returns the name that an address is; the field says why it is none, as that of ReadAddress.
func NameBy(kind AddressKind, raw, region string) (Named, *fault.Field) {
	normal, problem := ReadAddress(kind, raw, region)
	n := Named{Kind: kind, Address: normal}
	if kind == EmailAddress && problem == nil {
		n.Earlier = address.Earlier(raw)
	}
	return n, problem
}

// maxHoldersNamed is how many customers with one address are looked at: beyond it the line is shared, and capped by its number.
const maxHoldersNamed = 20

// Who returns the customers that each name stands for, in order: none where nobody is known, several where they share the address.
// It takes a handful of queries, whatever the number of names. It returns fault.NotFound where the viewer may not ask about one of them.
func (s *Service) Who(ctx context.Context, viewer account.Viewer, names []Named) ([][]Subject, error) {
	tx := s.db.View(ctx)
	ids, err := s.named(tx, names)
	if err != nil {
		return nil, err
	}
	for i, n := range names {
		if n.Address != "" {
			ids[i] = ids[i][:min(len(ids[i]), maxHoldersNamed)]
		}
	}
	known := database.Distinct(slices.Concat(ids...))
	if err := s.mayAsk(tx, viewer, known); err != nil {
		return nil, err
	}
	subjects, err := s.directory.Subjects(tx, known)
	if err != nil {
		return nil, fmt.Errorf("subjects by name: %w", err)
	}
	found := make([][]Subject, len(names))
	for i, list := range ids {
		for _, id := range list {
			found[i] = append(found[i], subjects[id])
		}
	}
	return found, nil
}

// named returns the ids of whom each name stands for, in order.
func (s *Service) named(tx database.Tx, names []Named) ([][]int64, error) {
	var references []Reference
	addresses := map[AddressKind][]string{}
	for _, n := range names {
		switch {
		case n.Address != "":
			addresses[n.Kind] = append(addresses[n.Kind], n.Address)
		case n.Reference.Reference != "":
			references = append(references, n.Reference)
		}
	}
	byReference, err := s.directory.CustomersByReference(tx, references)
	if err != nil {
		return nil, fmt.Errorf("customers by reference: %w", err)
	}
	byAddress := map[AddressKind]map[string][]int64{}
	for kind, list := range addresses {
		if byAddress[kind], err = s.directory.CustomersWith(tx, kind, list); err != nil {
			return nil, fmt.Errorf("customers by address: %w", err)
		}
	}
	ids := make([][]int64, len(names))
	for i, n := range names {
		if n.Address != "" {
			ids[i] = byAddress[n.Kind][n.Address]
		} else if id := byReference[n.Reference]; id != 0 {
			ids[i] = []int64{id}
		}
	}
	return ids, nil
}

// SharedBy is up to how many customers with one address are told apart, or made one person. More of them share a line: it is capped
// by the address, makes nobody the same person, and nobody knows who of them said something.
const SharedBy = 5

// name returns whom the input is about, or says what is wrong with it.
func (in ConsentInput) name(region string, f *fault.Problems) Named {
	in.Source = text.ID(in.Source)
	switch {
	case text.ID(in.Reference) != "": // the directory knows in which forms references are kept
		f.Limit("reference", in.Reference, MaxText)
		if in.Source == "" {
			f.Refuse("source", "required", "is required with a reference", "")
		}
		return Named{Reference: Reference{Source: in.Source, Reference: in.Reference}}
	case in.Phone != "":
		return Named{Kind: PhoneAddress, Address: checkAddress(PhoneAddress, in.Phone, region, f)}
	case in.Email != "":
		return Named{Kind: EmailAddress, Address: checkAddress(EmailAddress, in.Email, region, f)}
	}
	f.Refuse("reference", "customer_unnamed", "is required, or a phone number or e-mail address", "")
	return Named{}
}

// several returns whether customers with one address are more than one person, as far as that is known.
func (s *Service) several(tx database.Tx, about [][]int64) (func([]int64) bool, error) {
	var few []int64
	for _, ids := range about {
		if len(ids) > 1 && len(ids) <= SharedBy {
			few = append(few, ids...)
		}
	}
	persons, err := s.directory.Persons(tx, database.Distinct(few))
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
func (n Named) ofSeveral() []fault.Field {
	var f fault.Problems
	f.Refuse(string(n.Kind), "shared_address", "is an address of several customers: name the customer by reference", n.Address)
	return f
}

// lineRefusal is a withdrawal by the address of a shared line.
type lineRefusal struct {
	suppression Suppression
	customers   int
	result      *ConsentResult
}

// onLine returns the withdrawal as a suppression of the address.
func (e ConsentEvent) onLine(n Named) Suppression {
	return Suppression{
		Kind: n.Kind, Address: n.Address, Scope: scopeOf(e.Purpose), Reason: "customer_request", Evidence: e.Evidence, UserID: e.UserID,
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

// Subject returns a customer the viewer sees, or fault.NotFound.
func (s *Service) Subject(ctx context.Context, viewer account.Viewer, customerID int64) (Subject, error) {
	return s.subject(s.db.View(ctx), viewer, customerID)
}

// Verdicts decides questions as Judge does. Of a viewer who may not ask about whomever it returns fault.NotFound where one is about a
// customer they do not see.
func (s *Service) Verdicts(ctx context.Context, viewer account.Viewer, questions []Question) ([]Verdict, error) {
	tx := s.db.View(ctx)
	ids := make([]int64, len(questions))
	for i, q := range questions {
		ids[i] = q.Subject.CustomerID
	}
	if err := s.mayAsk(tx, viewer, database.DistinctNonzero(ids)); err != nil { // a stranger has none
		return nil, err
	}
	return s.Judge(tx, questions)
}

// mayAsk returns errNoCustomer for a viewer who may not ask about everybody and does not see all of the customers.
func (s *Service) mayAsk(tx database.Tx, viewer account.Viewer, customerIDs []int64) error {
	if viewer.May(account.AskPermission) {
		return nil
	}
	seen, err := s.directory.Seen(tx, viewer, customerIDs)
	if err != nil {
		return fmt.Errorf("look whom a viewer sees: %w", err)
	}
	if len(seen) < len(customerIDs) {
		return errNoCustomer
	}
	return nil
}

// SuppressionsOn returns the suppressions in force on any address of a customer the viewer sees, the oldest first.
func (s *Service) SuppressionsOn(ctx context.Context, viewer account.Viewer, customerID int64) ([]Suppression, error) {
	tx := s.db.View(ctx)
	subject, err := s.subject(tx, viewer, customerID)
	if err != nil {
		return nil, err
	}
	return s.SuppressionsOf(tx, subject)
}
