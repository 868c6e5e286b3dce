package contact

import (
	"aftercall/internal/database"
	"aftercall/internal/figures"
)

// rawPage is how many resolutions are read at once.
const rawPage = 5000

// RawEntries yields one figures entry for every resolution there is, to recompute coverage from.
func RawEntries(tx database.Tx, yield func(figures.Entry) error) error {
	for after := int64(0); ; {
		page, err := store{tx}.resolutionsAfter(after, rawPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if err := yield(resolvedEntry(&page[i])); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}
