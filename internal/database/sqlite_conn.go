package database

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"modernc.org/sqlite"
)

// maxStatementText bounds the text of the statements that a connection keeps. Prepared they take some twenty times as much, a large
// insert 100 KiB.
const maxStatementText = 128 << 10

// sqliteConnector opens connections that keep their statements. SQLite takes about as long to parse a statement as to run it, and gorm
// cannot keep it: what it prepares inside a transaction ends with the transaction, and what it prepares outside is kept 500-fold for
// each connection.
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
	kept := &sqliteConn{bareConn: conn}
	kept.statements, err = simplelru.NewLRU(maxStatementText, func(query string, s *keptStatement) {
		kept.text -= len(query)
		s.drop()
	})
	return kept, err
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

// bareStatement is what we use of the driver's statements.
type bareStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// sqliteConn keeps the statements it ran last. Like every connection of database/sql it is used by one goroutine at a time.
type sqliteConn struct {
	bareConn
	statements *simplelru.LRU[string, *keptStatement]
	text       int // length of their texts
}

// ExecContext executes a statement, prepared once. It is not interrupted, for which the driver would start a goroutine: what we write is
// bounded. After the end of ctx database/sql rolls its transaction back.
func (c *sqliteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s.reading {
		return c.bareConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(context.WithoutCancel(ctx), args)
}

// QueryContext runs a query, prepared once. It is prepared anew where the rows of an earlier run are still being read.
func (c *sqliteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s.reading {
		return c.bareConn.QueryContext(ctx, query, args)
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	rows, ok := found.(bareRows)
	if !ok {
		_ = found.Close()
		return nil, fmt.Errorf("rows of the SQLite driver are a %T, which is not what this was written for", found)
	}
	s.reading = true
	return &keptRows{rows, s}, nil
}

// statement returns the prepared statement of a text.
func (c *sqliteConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	if s, known := c.statements.Get(query); known {
		return s, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStatement{bareStatement: prepared.(bareStatement)}
	c.statements.Add(query, s)
	for c.text += len(query); c.text > maxStatementText && c.statements.Len() > 1; {
		c.statements.RemoveOldest()
	}
	return s, nil
}

// Close closes the statements with the connection.
func (c *sqliteConn) Close() error {
	c.statements.Purge()
	return c.bareConn.Close()
}

// keptStatement is a prepared statement. One query at a time may read from it.
type keptStatement struct {
	bareStatement
	reading bool // rows are being read
	dropped bool // to be closed when they have been
}

// drop closes the statement, as soon as its rows have been read.
func (s *keptStatement) drop() {
	if s.dropped = true; !s.reading {
		_ = s.Close()
	}
}

// bareRows is what database/sql uses of the driver's rows.
type bareRows interface {
	driver.Rows
	driver.RowsColumnTypeScanType
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
}

// keptRows are rows whose statement is used again.
type keptRows struct {
	bareRows
	statement *keptStatement
}

// Close gives the statement back.
func (r *keptRows) Close() error {
	err := r.bareRows.Close()
	if s := r.statement; s.reading {
		if s.reading = false; s.dropped {
			_ = s.Close()
		}
	}
	return err
}
