package whose

import (
	"gorm.io/gorm"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// ContestedAmong returns which of the addresses are contested at a source.
func ContestedAmong(tx database.Tx, sourceID int64, addresses []string) (map[string]bool, error) {
	rows, err := database.In[string](addresses, "contested addresses", func(part []string) *gorm.DB {
		return tx.Gorm().Model(&Contested{}).Where("source_id = ? AND address IN ?", sourceID, part).Select("address")
	})
	found := make(map[string]bool, len(rows))
	for _, address := range rows {
		found[address] = true
	}
	return found, err
}

var errNotContested = fault.New(fault.NotFound, "address_not_contested", "there is no such contested address")

// ContestedByID returns a contested address.
func ContestedByID(tx database.Tx, id int64) (Contested, error) {
	return database.One[Contested](tx.Gorm().Where("id = ?", id), "a contested address", errNotContested)
}

// Contest writes down that addresses are contested, and sets their ids.
func Contest(tx database.Tx, rows []Contested) error {
	return database.InsertWithIDs(tx, "contested addresses", rows, func(c *Contested) *int64 { return &c.ID })
}

// Said returns what was said under addresses while they were not contested, in the order of the ids. It is at most Most, and what one
// transaction brought, for each address.
func Said(tx database.Tx, sourceID int64, addresses []string) ([]*Description, error) {
	return database.In[*Description](addresses, "descriptions of customers", func(part []string) *gorm.DB {
		return tx.Gorm().Where("source_id = ? AND address IN ?", sourceID, part).Order("id")
	})
}

// Add keeps descriptions and sets their ids.
func Add(tx database.Tx, said []*Description) error {
	rows := make([]Description, len(said))
	for i, d := range said {
		rows[i] = *d
	}
	if err := database.InsertWithIDs(tx, "descriptions of customers", rows, func(d *Description) *int64 { return &d.ID }); err != nil {
		return err
	}
	for i, d := range said {
		d.ID = rows[i].ID
	}
	return nil
}
