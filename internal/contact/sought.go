package contact

import (
	"aftercall/internal/address"
	"aftercall/internal/text"
)

// sought is everything a text may stand for that somebody looks for.
type sought struct {
	name      string
	ids       []string // external ids and references: as they are kept, and as they were
	addresses map[AddressKind]string
}

func (s *Service) soughtBy(typed string) sought {
	return sought{
		name: Tidy(typed), ids: append([]string{text.ID(typed)}, former(typed)...),
		addresses: map[AddressKind]string{EmailAddress: address.Email(typed), PhoneAddress: address.Phone(typed, s.cleaner.region)},
	}
}
