package permission

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Scope is what a suppression forbids.
type Scope string

// The scopes.
const (
	Everything    Scope = "everything"
	MarketingOnly Scope = "marketing"
	SurveysOnly   Scope = "surveys"
)

// covers reports whether contact for the purpose is forbidden. A scope that is none of ours forbids nothing.
func (s Scope) covers(p Purpose) bool {
	switch s {
	case Everything:
		return true
	case MarketingOnly:
		return p.Marketing()
	case SurveysOnly:
		return p == Survey
	}
	return false
}

// purposes returns what the scope forbids, one by one.
func (s Scope) purposes() []Purpose {
	return slices.DeleteFunc(Purposes(), func(p Purpose) bool { return !s.covers(p) })
}

// Suppression forbids contact with an address. Only a keyed hash of the address is kept, so that the suppression outlives the
// erasure of the customer and is of no use to somebody who finds it.
type Suppression struct {
	ID          int64
	Address     string `gorm:"-"` // normalised; given when recorded, never stored
	AddressHash string
	Form        int // version of the form of the address that was hashed
	Kind        AddressKind
	Scope       Scope
	CampaignID  int64  // of the earlier scope "campaign", which forbids nothing any more; otherwise 0
	Reason      string // code: customer_request, complaint, wrong_number, register, import
	Evidence    string // such as "attempt 12"
	UserID      int64
	At          clock.Instant
	UntilAt     clock.Instant // none: for ever
	LiftedAt    clock.Instant // none: in force
	LiftedBy    int64         // who lifted it; 0 for the customer or the program
	LiftReason  string
}

// suppressionReasons are the codes of why an address is suppressed.
var suppressionReasons = []string{"customer_request", "complaint", "wrong_number", "register", "import"}

// SuppressionReasons returns the codes of why an address may be suppressed; translated under "suppression.<code>".
func SuppressionReasons() []string { return slices.Clone(suppressionReasons) }

var errNoSuppressionAddress = fault.New(fault.Invalid, "suppression_address", "a suppression needs a valid phone number or e-mail address")

// Suppress forbids contact with addresses, from this transaction on. One that is already forbidden, as much and as long, for the same
// reason and by the same evidence, is left as it is; nothing is ever shortened.
func (s *Service) Suppress(tx database.Tx, suppressions ...Suppression) error {
	_, err := s.suppress(tx, suppressions)
	return err
}

// suppress reports for each suppression whether it was added: not covered by those known or those before it.
func (s *Service) suppress(tx database.Tx, suppressions []Suppression) ([]bool, error) {
	now := s.now()
	hashes := make([][]string, len(suppressions))
	suppressions = slices.Clone(suppressions)
	for i := range suppressions {
		sup := &suppressions[i]
		if sup.Address == "" {
			return nil, errNoSuppressionAddress
		}
		if sup.At.IsZero() {
			sup.At = now
		}
		sup.Evidence, hashes[i] = text.Name(sup.Evidence), s.hashes(sup.Kind, sup.Address)
		sup.Address, sup.AddressHash, sup.Form = settled(sup.Kind, sup.Address), hashes[i][0], address.Form
	}
	known, err := store{tx}.suppressions(database.Distinct(slices.Concat(hashes...)), false)
	if err != nil {
		return nil, err
	}
	var fresh []Suppression
	added := make([]bool, len(suppressions))
	for i, sup := range suppressions {
		covered := func(hash string) bool { return slices.ContainsFunc(known[hash], sup.coveredBy) }
		if added[i] = !slices.ContainsFunc(hashes[i], covered); added[i] {
			known[sup.AddressHash] = append(known[sup.AddressHash], sup)
			fresh = append(fresh, sup)
		}
	}
	if err := (store{tx}).addSuppressions(fresh); err != nil {
		return nil, err
	}
	holders, err := s.holders(tx, fresh)
	if err != nil {
		return nil, err
	}
	refusing := slices.DeleteFunc(slices.Clone(fresh), func(sup Suppression) bool {
		return !slices.ContainsFunc(sup.Scope.purposes(), followedUp)
	})
	refused := holders
	if len(refusing) < len(fresh) {
		if refused, err = s.holders(tx, refusing); err != nil {
			return nil, err
		}
	}
	return added, s.changed(tx, event{holders: holders, refused: refused})
}

// coveredBy reports whether a known suppression of the same address, in force, says the same: it forbids as much for as long, for
// the same reason and by the same evidence. What somebody else said is a row of its own, which stays when the other one is lifted.
func (s Suppression) coveredBy(known Suppression) bool {
	longer := known.UntilAt.IsZero() || (!s.UntilAt.IsZero() && s.UntilAt <= known.UntilAt)
	return known.Scope == s.Scope && longer && known.Reason == s.Reason && known.Evidence == s.Evidence
}

// holders returns the customers who have one of the suppressed addresses.
func (s *Service) holders(tx database.Tx, suppressions []Suppression) ([]int64, error) {
	addresses := map[AddressKind][]string{}
	for _, sup := range suppressions {
		addresses[sup.Kind] = append(addresses[sup.Kind], sup.Address)
	}
	var customers []int64
	for kind, list := range addresses {
		found, err := s.directory.CustomersWith(tx, kind, list)
		if err != nil {
			return nil, fmt.Errorf("who has a suppressed address: %w", err)
		}
		for _, ids := range found {
			customers = append(customers, ids...)
		}
	}
	return database.Distinct(customers), nil
}

// Lift ends a suppression from this transaction on, and keeps who did so and why. It returns fault.NotFound when there is no such
// suppression in force, and fault.Invalid without a reason.
func (s *Service) Lift(tx database.Tx, id, userID int64, reason string) error {
	reason = text.Name(reason)
	var f fault.Problems
	if reason == "" {
		f.Refuse("reason", "required", "is required", "")
	}
	f.Limit("reason", reason, MaxText)
	if len(f) > 0 {
		return fault.InvalidFields(f...)
	}
	if err := (store{tx}).lift(id, Suppression{LiftedAt: s.now(), LiftedBy: userID, LiftReason: reason}); err != nil {
		return err
	}
	return s.changed(tx, event{lifted: id})
}

// LiftSuppression lifts a suppression that was recorded by mistake, by hand.
func (s *Service) LiftSuppression(ctx context.Context, viewer account.Viewer, id int64, reason string) error {
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := s.Lift(tx, id, viewer.UserID, reason); err != nil {
			return err
		}
		return account.Audit(tx, s.now(), viewer, "suppression.lift", "suppression", id, "")
	})
	if err != nil {
		return fmt.Errorf("lift suppression %d: %w", id, err)
	}
	return nil
}

// SuppressionFilter narrows a list of suppressions; the zero value is all of them.
type SuppressionFilter struct {
	Scope   Scope
	Active  bool        // only those in force now
	Kind    AddressKind // of Address
	Address string      // as it was written: what earlier forms made of it is looked for too
	Before  int64       // only those with a lower id: the next page
}

// maxSuppressions bounds a page.
const maxSuppressions = 500

// Suppressions returns a page of suppressions, the newest first. What address they are about cannot be told: only its hash is kept.
func (s *Service) Suppressions(ctx context.Context, f SuppressionFilter, limit int) ([]Suppression, error) {
	var hashes []string
	if f.Address != "" {
		hashes = s.hashes(f.Kind, f.Address)
	}
	return store{s.db.View(ctx)}.suppressionPage(f, hashes, s.now(), min(limit, maxSuppressions))
}

// InForce reports whether the suppression holds at an instant.
func (s Suppression) InForce(at clock.Instant) bool {
	return s.LiftedAt.IsZero() && (s.UntilAt.IsZero() || s.UntilAt > at)
}

// SuppressionsOf returns the suppressions in force on any address of the subject, the oldest first.
func (s *Service) SuppressionsOf(tx database.Tx, subject Subject) ([]Suppression, error) {
	found, err := store{tx}.suppressions(s.hashesOf(subject), false)
	if err != nil {
		return nil, err
	}
	var list []Suppression
	for _, of := range found {
		list = append(list, of...)
	}
	slices.SortFunc(list, func(a, b Suppression) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// TakeSuppressions records what other systems know of people who must not be contacted, and reports for each suppression, in order,
// whether it was added: it is not when the same was known. It only ever adds. It writes in transactions of a few hundred; after an error
// those before it are kept, and all can be sent again. It returns fault.Invalid for an empty address: look at Problems before.
func (s *Service) TakeSuppressions(ctx context.Context, viewer account.Viewer, suppressions []Suppression) ([]bool, error) {
	added := make([]bool, 0, len(suppressions))
	for part := range slices.Chunk(suppressions, s.db.RowsPerTx()) {
		part = slices.Clone(part)
		for i := range part {
			part[i].UserID = viewer.UserID
		}
		var fresh []bool
		err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
			fresh, err = s.suppress(tx, part)
			return err
		})
		if err != nil {
			return added, fmt.Errorf("take suppressions: %w", err)
		}
		added = append(added, fresh...)
	}
	return added, nil
}

// Problems returns what keeps a suppression from being recorded, by the names of its fields.
func (s *Service) Problems(sup Suppression) []fault.Field {
	var f fault.Problems
	fault.OneOf(&f, "scope", sup.Scope, scopes)
	fault.OneOf(&f, "reason", sup.Reason, suppressionReasons)
	f.Limit("evidence", sup.Evidence, MaxText)
	if !sup.UntilAt.IsZero() && sup.UntilAt <= s.now() {
		f.Refuse("until", "until_over", "is over", sup.UntilAt.String())
	}
	return f
}
