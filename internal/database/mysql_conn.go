package database

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/go-sql-driver/mysql"
)

// mysqlWriter opens connections for transactions only. The server begins one by itself with the first statement (autocommit=0), so
// that a use case of one statement takes two round trips instead of three.
type mysqlWriter struct{ driver.Connector }

func (w mysqlWriter) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return mysqlConn{opened.(bareMySQLConn)}, nil
}

// bareMySQLConn is what database/sql uses of the driver's connections.
type bareMySQLConn interface {
	bareConn
	driver.NamedValueChecker
}

type mysqlConn struct{ bareMySQLConn }

// BeginTx sends nothing. InTx, the only one to use these connections, asks for no options.
func (c mysqlConn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	return mysqlTx(c), nil
}

type mysqlTx mysqlConn

// Commit ends the transaction. Where the server gives no answer, nobody knows how: that is a commitError.
func (t mysqlTx) Commit() error {
	err := t.end("COMMIT")
	var answer *mysql.MySQLError
	if err == nil || errors.As(err, &answer) || errors.Is(err, driver.ErrBadConn) { // with ErrBadConn nothing was sent
		return err
	}
	return commitError{err}
}

func (t mysqlTx) Rollback() error { return t.end("ROLLBACK") }

func (t mysqlTx) end(statement string) error {
	_, err := t.ExecContext(context.Background(), statement, nil)
	return err
}
