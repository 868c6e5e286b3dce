package database

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"modernc.org/sqlite"
)

// maxStatements bounds the prepared statements of a connection; a large insert takes some 100 KiB.
const maxStatements = 64

// sqliteConnector opens connections that keep the statements they executed. An insert of 100 rows takes SQLite about as long to
// parse as to run, and gorm cannot keep it: what it prepares inside a transaction ends with the transaction.
type sqliteConnector struct {
	driver *sqlite.Driver
	dsn    string
}

func (c sqliteConnector) Driver() driver.Driver { return c.driver }

func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(bareConn)
	if !ok {
		return nil, fmt.Errorf("a connection of the SQLite driver is a %T, which is not what this was written for", opened)
	}
	statements, err := simplelru.NewLRU(maxStatements, func(_ string, s driver.Stmt) { _ = s.Close() })
	return &sqliteConn{conn, statements}, err
}

// bareConn is what database/sql uses of the driver's connections.
type bareConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteConn keeps what it executes, but not what it queries: a query's statement is in use until its last row is read.
type sqliteConn struct {
	bareConn
	statements *simplelru.LRU[string, driver.Stmt]
}

// ExecContext executes a statement, prepared once.
func (c *sqliteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, known := c.statements.Get(query)
	if !known {
		var err error
		if statement, err = c.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		c.statements.Add(query, statement)
	}
	return statement.(driver.StmtExecContext).ExecContext(ctx, args)
}

// Close closes the statements with the connection.
func (c *sqliteConn) Close() error {
	c.statements.Purge()
	return c.bareConn.Close()
}
