package dbtest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"aftercall/internal/database"
)

// Lost watches the transactions of a database and returns what tells the statements that lost a deadlock (1213) until then: transactions
// that lock in one order lose none. A COMMIT is not watched: it waits for nobody.
func Lost(t testing.TB, db *database.DB) func() []string {
	t.Helper()
	var mu sync.Mutex
	var lost []string
	look := func(g *gorm.DB) {
		var refused *mysql.MySQLError
		if errors.As(g.Error, &refused) && refused.Number == 1213 {
			mu.Lock()
			defer mu.Unlock()
			lost = append(lost, strings.Join(strings.Fields(fmt.Sprintf("%s %v", g.Statement.SQL.String(), g.Statement.Vars)), " "))
		}
	}
	InTx(t, db, func(tx database.Tx) error {
		calls := tx.Gorm().Callback() // those of transactions
		return errors.Join(
			calls.Create().After("gorm:create").Register("lost", look), calls.Query().After("gorm:query").Register("lost", look),
			calls.Update().After("gorm:update").Register("lost", look), calls.Delete().After("gorm:delete").Register("lost", look),
			calls.Row().After("gorm:row").Register("lost", look), calls.Raw().After("gorm:raw").Register("lost", look),
		)
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return lost
	}
}
