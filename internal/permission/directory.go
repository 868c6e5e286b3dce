package permission

import (
	"aftercall/internal/account"
	"aftercall/internal/database"
)

// Directory knows who customers are. Permission keeps what they said and what was done; who they are belongs to somebody else.
type Directory interface {
	// Subjects returns customers by their ids; an unknown id is left out.
	Subjects(tx database.Tx, customerIDs []int64) (map[int64]Subject, error)
	// Seen returns those of the customers whom a viewer sees.
	Seen(tx database.Tx, viewer account.Viewer, customerIDs []int64) ([]int64, error)
	// SeenBy returns the same as a condition of SQL on a column with ids of customers.
	SeenBy(viewer account.Viewer, column string) (condition string, args []any)
	// SubjectsOfPersons returns every record of the persons, in order of their ids.
	SubjectsOfPersons(tx database.Tx, personIDs []int64) ([]Subject, error)
	// Persons returns the person of each customer; an unknown id is left out.
	Persons(tx database.Tx, customerIDs []int64) (map[int64]int64, error)
	// CustomersWith returns the customers who have each of the normalised addresses, in order of their ids.
	CustomersWith(tx database.Tx, kind AddressKind, normalised []string) (map[string][]int64, error)
	// CustomersByReference returns the customers that sources name; those nobody knows are left out.
	CustomersByReference(tx database.Tx, names []Reference) (map[Reference]int64, error)
}

// Reference is how a source names a customer.
type Reference struct{ Source, Reference string }
