package database

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// MaxIn is how many values an IN list has at most. SQLite takes 32,766 parameters and MySQL 65,535; with lists much longer than this
// both plan longer than they search.
const MaxIn = 500

// One returns the row that a query finds; what names it in an error. It returns notFound, usually a fault.NotFound, where there
// is no row.
func One[T any](query *gorm.DB, what string, notFound error) (T, error) {
	var row T
	err := query.Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		var none T
		return none, notFound
	case err != nil:
		return row, fmt.Errorf("read %s: %w", what, err)
	}
	return row, nil
}

// List returns the rows of a query, which says how many there are at most; what names them in an error.
func List[T any](query *gorm.DB, what string) ([]T, error) {
	var rows []T
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return rows, nil
}

// In returns the rows of a query with an IN list. It asks at most MaxIn values at a time, each value once; what names the rows
// in an error. No values give no rows. The parts follow the order of the values, and within a part the query's order holds:
// sort the result where an order over all rows matters.
func In[T any, V cmp.Ordered](values []V, what string, query func(part []V) *gorm.DB) ([]T, error) {
	var all []T
	for part := range slices.Chunk(Distinct(values), MaxIn) {
		rows, err := List[T](query(part), what)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// Distinct returns the values in ascending order, each once.
func Distinct[V cmp.Ordered](values []V) []V {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// DistinctNonzero is Distinct without the zero value, which is no id and no address.
func DistinctNonzero[V cmp.Ordered](values []V) []V {
	var zero V
	return slices.DeleteFunc(Distinct(values), func(v V) bool { return v == zero })
}
