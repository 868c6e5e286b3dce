package database

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// mysqlWriter opens connections for transactions only. The server begins one by itself with the first statement (autocommit=0), so
// that a use case of one statement takes two round trips instead of three.
type mysqlWriter struct{ driver.Connector }

func (w mysqlWriter) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(bareMySQLConn)
	if !ok {
		return nil, fmt.Errorf("a connection of the MySQL driver is a %T, which is not what this was written for", opened)
	}
	return mysqlConn{conn}, nil
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

func (t mysqlTx) Commit() error { return t.end("COMMIT") }

func (t mysqlTx) Rollback() error { return t.end("ROLLBACK") }

func (t mysqlTx) end(statement string) error {
	_, err := t.ExecContext(context.Background(), statement, nil)
	return err
}
