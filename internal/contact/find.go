package contact

import "context"

// findLimit is how many customers a look-up returns at most.
const findLimit = 20

// Find returns the customers that a text names exactly: by reference, phone number or e-mail, in the order of their ids.
func (s *Service) Find(ctx context.Context, text string) ([]Customer, error) {
	text = trim(text)
	if text == "" {
		return nil, nil
	}
	var addresses []Address
	if phone := normalisePhone(text, s.cleaner.region); phone != "" {
		addresses = append(addresses, Address{Kind: PhoneAddress, Normalised: phone})
	}
	if email := normaliseEmail(text); email != "" {
		addresses = append(addresses, Address{Kind: EmailAddress, Normalised: email})
	}
	return store{s.db.View(ctx)}.customersNamed(text, addresses, findLimit)
}
