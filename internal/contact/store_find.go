package contact

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"aftercall/internal/account"
	"aftercall/internal/database"
)

// maxFound bounds how many customers and contacts a search text may stand for.
const maxFound = 200

// contactsNamed returns the contacts with one of some external ids.
func (s store) contactsNamed(externalIDs []string) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Model(&Contact{}).Where("source_id IN (SELECT id FROM sources) AND external_id IN ?", externalIDs).
		Limit(maxFound).Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("search contacts: %w", err)
	}
	return ids, nil
}

// customersNamed returns the customers a viewer sees whom what is sought names: by reference, name, phone or e-mail, and by parts of a
// phone or a name. Those of other teams count for nothing: enough of them would hide the viewer's own.
func (s store) customersNamed(viewer account.Viewer, by sought, limit int) ([]int64, error) {
	seen, args := seenCustomers(viewer, "customers.id")
	onAddress, addressArgs := seenCustomers(viewer, "customer_addresses.customer_id")
	customers := func() *gorm.DB { return s.Gorm().Model(&Customer{}).Select("id").Where(seen, args...) }
	addresses := func() *gorm.DB {
		return s.Gorm().Model(&Address{}).Select("customer_id").Where(onAddress, addressArgs...)
	}
	queries := []*gorm.DB{
		customers().Where("source_id IN (SELECT id FROM sources) AND reference IN ?", by.ids),
		customers().Where("name = ?", by.name),
	}
	for kind, normalised := range by.addresses {
		if normalised != "" {
			queries = append(queries, addresses().Where("kind = ? AND normalised = ?", kind, normalised))
		}
	}
	if by.digits != "" {
		q := addresses().Where("ending = ?", by.digits[len(by.digits)-endingDigits:])
		if len(by.digits) > endingDigits {
			q = q.Where("normalised LIKE ?", "%"+by.digits)
		}
		queries = append(queries, q)
	}
	ids, err := firstOf(queries, limit)
	if err != nil || len(ids) > 0 || by.digits != "" { // who is named exactly is whom somebody looks for
		return ids, err
	}
	return firstOf(s.partsOfNames(customers, by.name), limit)
}

// firstOf returns the ids that queries find, each once and in order, at most limit.
func firstOf(queries []*gorm.DB, limit int) ([]int64, error) {
	var ids []int64
	for _, q := range queries {
		var some []int64
		if err := q.Limit(limit).Scan(&some).Error; err != nil {
			return nil, fmt.Errorf("search customers: %w", err)
		}
		if ids = database.DistinctNonzero(append(ids, some...)); len(ids) >= limit {
			return ids[:limit], nil
		}
	}
	return ids, nil
}

// newestNames is how many customers, the newest ones, are looked through for a part in the middle of a name: no index knows the middle of
// a text. The beginning of a name is looked for among all.
const newestNames = 50_000

// partsOfNames looks for a name by its beginning, along the index, and then by any part of it among the newest customers. A single
// letter is part of nearly every Latin name; a single Chinese character says a lot.
func (s store) partsOfNames(customers func() *gorm.DB, part string) []*gorm.DB {
	if part == "" || len(part) < 2 {
		return nil
	}
	var queries []*gorm.DB
	first, size := utf8.DecodeRuneInString(part)
	for _, begin := range slices.Compact([]string{part, string(unicode.ToUpper(first)) + part[size:]}) {
		queries = append(queries, customers().Where("name >= ? AND name < ?", begin, begin+"\U0010FFFF"))
	}
	return append(queries, customers().
		Where("id > (SELECT COALESCE(MAX(id), 0) FROM customers) - ? AND INSTR(LOWER(name), LOWER(?)) > 0", newestNames, part))
}

// newestOf returns of each customer the contact that changed last of those the viewer sees.
func (s store) newestOf(viewer account.Viewer, customerIDs []int64) (map[int64]Contact, error) {
	rows, err := database.In[Contact](customerIDs, "newest contacts", func(part []int64) *gorm.DB {
		ranked := s.visible(viewer).
			Select("contacts.*, ROW_NUMBER() OVER (PARTITION BY contacts.customer_id "+
				"ORDER BY contacts.changed_at DESC, contacts.id DESC) AS newest").
			Where("contacts.customer_id IN ?", part)
		return s.Gorm().Table("(?) AS ranked", ranked).Where("newest = 1")
	})
	found := make(map[int64]Contact, len(rows))
	for _, c := range rows {
		found[c.CustomerID] = c
	}
	return found, err
}

// Named returns the contacts with one of some numbers of their sources that the viewer sees, up to 200.
func Named(tx database.Tx, viewer account.Viewer, externalIDs []string) ([]Contact, error) {
	ids, err := store{tx}.contactsNamed(externalIDs)
	if err != nil {
		return nil, err
	}
	return store{tx}.visibleOf(viewer, ids)
}

// Visible returns those of the contacts that the viewer sees.
func Visible(tx database.Tx, viewer account.Viewer, ids []int64) ([]Contact, error) {
	return store{tx}.visibleOf(viewer, ids)
}
