package contact

import (
	"aftercall/internal/address"
	"aftercall/internal/permission"
	"aftercall/internal/text"
)

// What was stored before ids and addresses had their present form is found by what it was stored as, so that the same file taken in
// again doubles nothing.

// former returns what a reference was kept as before there was text.ID, where that is another.
func former(reference string) []string {
	if old := text.FormerID(reference); old != "" {
		return []string{old}
	}
	return nil
}

// earlier returns what earlier forms made of an address.
func earlier(a Address) []string {
	if a.Kind == EmailAddress {
		return address.Earlier(a.Raw)
	}
	return address.EarlierPhones(a.Normalised)
}

// formerContacts returns the present ids of contacts by those under which they may be stored.
func formerContacts(part []*taken) map[string]string {
	ids := map[string]string{}
	for _, t := range part {
		if t.formerID != "" && t.formerID != t.input.ExternalID {
			ids[t.formerID] = t.input.ExternalID
		}
	}
	return ids
}

// formerCustomers does for customers what formerContacts does for contacts.
func formerCustomers(inputs []*fresh) map[string]string {
	references := map[string]string{}
	for _, f := range inputs {
		for _, old := range f.formerReferences {
			if old != f.reference {
				references[old] = f.reference
			}
		}
	}
	return references
}

// presentOf returns which of the asked-for names each found one answers: the name itself, or that of which it is the former. What is
// stored under its present name comes before what is under a former one.
func presentOf[T, D any](found []T, name func(T) string, asked map[string]D, formers map[string]string) map[int]string {
	present, taken := make(map[int]string, len(found)), make(map[string]bool, len(found))
	for i, f := range found {
		if _, exact := asked[name(f)]; exact {
			present[i], taken[name(f)] = name(f), true
		}
	}
	for i, f := range found {
		if now := formers[name(f)]; present[i] == "" && now != "" && !taken[now] {
			present[i], taken[now] = now, true
		}
	}
	return present
}

// referred are the references by which names may be stored, by source.
func referred(names []permission.Reference) map[string][]string {
	references := map[string][]string{}
	for _, n := range names {
		source := text.ID(n.Source)
		references[source] = append(append(references[source], text.ID(n.Reference)), former(n.Reference)...)
	}
	return references
}
