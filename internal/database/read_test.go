package database_test

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// More values than one IN list may have are all asked for, in lists of a bounded length, and each of them once.
func TestALongListIsReadInPartsAndEachRowOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		var ids []int64
		for id := int64(1); id <= 2*database.MaxIn+1; id++ {
			ids = append(ids, id, id)
		}
		parts := 0
		rows, err := database.In[int64](ids, "numbers", func(part []int64) *gorm.DB {
			if parts++; len(part) > database.MaxIn {
				t.Errorf("an IN list has %d values", len(part))
			}
			return db.View(t.Context()).Gorm().Raw("SELECT ? UNION ALL SELECT ?", part[0], part[len(part)-1])
		})
		if err != nil || parts != 3 {
			t.Fatalf("%d parts, %v", parts, err)
		}
		if want := []int64{1, 500, 501, 1000, 1001, 1001}; !slices.Equal(rows, want) {
			t.Errorf("got %v, want %v", rows, want)
		}
	})
}

// A row that is not there is the fault that its caller names, and not an error of the database.
func TestARowThatIsNotThereIsTheNamedFault(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		missing := errors.New("no such guard")
		find := func(where string) error {
			_, err := database.One[struct{ Name string }](db.View(t.Context()).Gorm().Table("guards").Where(where), "guard", missing)
			return err
		}
		if err := find("name = 'nobody'"); !errors.Is(err, missing) {
			t.Errorf("got %v", err)
		}
		if err := find("no_such_column = 1"); err == nil || errors.Is(err, missing) {
			t.Errorf("a broken query is %v", err)
		}
	})
}
