package contact

import (
	"slices"
	"unicode/utf8"

	"aftercall/internal/database"
	"aftercall/internal/text"
)

// Sought is what somebody types to find work about a customer among a million: the end of a phone number, the first or the last part of a
// name, or how the id of a contact begins. Whatever it may be is looked for by an index.
type Sought struct {
	text   string
	digits string // the end of a phone number; empty where the text is none
}

// SoughtBy reads what was typed.
func SoughtBy(typed string) Sought {
	s := Sought{text: text.Name(typed)}
	if len(s.text) > 0 {
		s.digits = endOfNumber(typed)
	}
	return s
}

// Nothing reports whether nothing is sought.
func (s Sought) Nothing() bool { return s.text == "" }

// Condition is a part of a statement with its values. It has no SQL where there is nothing to ask.
type Condition struct {
	SQL  string
	Vars []any
}

// Conditions returns what the sought asks of a contact and of a customer, as a statement names their tables, for callers that read them
// anyhow. Both are empty where nothing is sought.
func (s Sought) Conditions(contacts, customers string) (ofContact, ofCustomer Condition) {
	if s.Nothing() {
		return Condition{}, Condition{}
	}
	last := s.text + highest
	ofContact = Condition{SQL: contacts + ".external_id >= ? AND " + contacts + ".external_id < ?", Vars: []any{s.text, last}}
	if s.digits != "" {
		return ofContact, Condition{
			SQL: "EXISTS (SELECT 1 FROM customer_addresses a WHERE a.customer_id = " + customers + ".id AND a.ending = ? AND " +
				"a.normalised LIKE ?)",
			Vars: []any{s.ending(), "%" + s.digits},
		}
	}
	return ofContact, Condition{
		SQL:  "(" + customers + ".name >= ? AND " + customers + ".name < ? OR SUBSTR(" + customers + ".name, ?) = ?)",
		Vars: []any{s.text, last, s.fromEnd(), s.text},
	}
}

const highest = "\U0010FFFF" // behind every text that begins with what stands before it

// fromEnd is where the end of a name begins that is as long as the text.
func (s Sought) fromEnd() int { return -utf8.RuneCountInString(s.text) }

func (s Sought) ending() string { return s.digits[len(s.digits)-endingDigits:] }

// nameEnd is as much of the end of a name as its index has, in reverse.
func nameEnd(name string) string {
	end := []rune(name)
	end = end[max(0, len(end)-4):]
	slices.Reverse(end)
	return string(end)
}

// Seek returns the contacts and the customers that a sought names, where that are no more than most of each; otherwise all is false.
func Seek(tx database.Tx, s Sought, most int) (contacts, customers []int64, all bool, err error) {
	st := store{tx}
	if contacts, err = st.contactsLike(s, most+1); err != nil || len(contacts) > most {
		return nil, nil, false, err
	}
	customers, err = st.customersLike(s, most+1)
	return contacts, customers, len(customers) <= most, err
}
