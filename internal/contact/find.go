package contact

import (
	"context"

	"aftercall/internal/account"
	"aftercall/internal/address"
)

// findLimit is how many customers a look-up returns at most.
const findLimit = 20

// Find returns the customers a viewer sees that a text names exactly: by reference, name, phone number or e-mail, in the order of their ids.
func (s *Service) Find(ctx context.Context, viewer account.Viewer, text string) ([]Customer, error) {
	text = tidy(text)
	if text == "" {
		return nil, nil
	}
	tx := s.db.View(ctx)
	ids, err := store{tx}.customersNamed(viewer, text, s.addressesNamed(text), findLimit)
	if err != nil {
		return nil, err
	}
	return find[Customer](store{tx}, "customers", "id", ids, "id", false)
}

// addressesNamed returns what a text is as an address of each kind; "" where it is none.
func (s *Service) addressesNamed(text string) map[AddressKind]string {
	return map[AddressKind]string{EmailAddress: address.Email(text), PhoneAddress: address.Phone(text, s.cleaner.region)}
}
