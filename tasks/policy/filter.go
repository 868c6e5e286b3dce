package policy

import (
	"context"
	"slices"

	"aftercall/internal/database"
)

// Filter is conditions outside a policy, in its language: it is true of what all of them hold of.
type Filter []Condition

// FilterFields returns the fields a filter can ask about: those that say what a contact is about and where its customer lives, which do not
// change with the hour at which they are asked.
func FilterFields(attributes []Attribute) []FieldInfo {
	fixed := []Field{
		ContactSource, ContactChannel, ContactCategory, ContactSubcategory, ContactProduct, ContactTeam, ContactTags,
		CustomerRegion, CustomerTags,
	}
	return slices.DeleteFunc(Fields(attributes), func(f FieldInfo) bool {
		_, attribute := f.Field.Attribute()
		return !attribute && !slices.Contains(fixed, f.Field)
	})
}

// CheckFilter returns fault.Invalid with every condition that is wrong, or that is about an attribute that is not registered.
func (s *Service) CheckFilter(ctx context.Context, f Filter) error {
	attributes, err := s.Attributes(ctx)
	if err != nil {
		return err
	}
	c := checker{}
	c.conditions(f)
	for i := range f {
		if _, of := f[i].Field.Attribute(); !of && !slices.ContainsFunc(FilterFields(nil), func(info FieldInfo) bool {
			return info.Field == f[i].Field
		}) {
			c.refuse("when", "policy_field_unknown", "is no field a filter can ask about", string(f[i].Field))
		}
		c.attribute("when", &f[i], attributes)
	}
	return c.fault(nil)
}

// Filtered reports for each of the filters which of the items it is true of, by their places. Items come with their Resolution and Now.
func (s *Service) Filtered(tx database.Tx, filters []Filter, items []*Facts) ([][]bool, error) {
	p := Policy{Rules: make([]Rule, len(filters))}
	for i, f := range filters {
		p.Rules[i].When = f
	}
	if err := s.LoadFacts(tx, &p, items); err != nil {
		return nil, err
	}
	found := make([][]bool, len(filters))
	for i := range p.Rules {
		found[i] = make([]bool, len(items))
		for n, f := range items {
			found[i][n] = p.Rules[i].matches(f)
		}
	}
	return found, nil
}
