package survey

import (
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Who got a text need not be the customer: a contact names whom to ask for, and they are called, and told of a missed call. What they say
// by its link is of the number it went to and of nothing else: the customer said nothing, and is called at their own numbers.

var errNotOfLine = fault.InvalidFields(fault.Field{Name: "topic", Code: "not_an_option", Problem: "is not one of the options"})

// ofLine is somebody of whom nothing is known but their number.
func ofLine(line string) permission.Subject { return permission.Subject{Phones: []string{line}} }

// suppressionsOfLine returns what keeps all contact from a line: by a link that went to it, which its owner can take back, and by
// something else.
func (s *Service) suppressionsOfLine(st store, line string) (own, others []permission.Suppression, err error) {
	suppressions, err := s.permission.SuppressionsOf(st.Tx, ofLine(line))
	if err != nil {
		return nil, nil, err
	}
	links, err := s.linksBehind(st, suppressions)
	for _, sup := range suppressions {
		switch {
		case sup.Scope != permission.Everything || !sup.InForce(s.now()):
		case links[sup.Evidence].line == line:
			own = append(own, sup)
		default:
			others = append(others, sup)
		}
	}
	return own, others, err
}

// settingOfLine returns where a line stands on contact of any kind.
func (s *Service) settingOfLine(st store, line string) (Setting, error) {
	own, others, err := s.suppressionsOfLine(st, line)
	switch {
	case len(own) > 0:
		return No, err
	case len(others) > 0:
		return Barred, err
	}
	return Yes, err
}

// chooseForLine stores what is said of the line of a link: a no suppresses the number, and a yes lifts what such a no suppressed. The
// person of the customer is reserved, so that a call to the line that begins just now is before it or after it.
func (s *Service) chooseForLine(st store, l link, choice Choice, now clock.Instant) error {
	if choice.Topic != OfContact {
		return errNotOfLine
	}
	q := permission.Question{Subject: ofLine(l.line), Purpose: service.purpose, Channel: service.channel, At: now}
	if err := s.permission.ReserveAddresses(st.Tx, q); err != nil {
		return err
	}
	own, _, err := s.suppressionsOfLine(st, l.line)
	if err != nil {
		return err
	}
	if !choice.Yes && len(own) == 0 {
		return s.permission.Suppress(st.Tx, permission.Suppression{
			Kind: permission.PhoneAddress, Address: l.line, Scope: permission.Everything, Reason: "customer_request",
			Evidence: l.evidence, At: now,
		})
	}
	for _, sup := range own {
		if !choice.Yes {
			break
		}
		if err := s.permission.Lift(st.Tx, sup.ID, 0, fromPreferences+", "+l.evidence); err != nil {
			return err
		}
	}
	return nil
}
