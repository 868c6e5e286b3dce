package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"aftercall/internal/fault"
)

// ErrUnavailable is in the chain of every error of a database that cannot do its work now: it cannot be reached, or it takes no
// writes. Nothing is wrong with what was asked; it may be asked again.
var ErrUnavailable = fault.New(fault.Unavailable, "database_unavailable",
	"the database cannot be used just now; nothing is lost, try again in a moment")

// outage is an error of a database that cannot do its work now.
type outage struct {
	cause error
	// unreadable: not only writes fail.
	unreadable bool
	// sure: it holds for the whole database, not for one connection or one server of several.
	sure bool
}

func (o *outage) Error() string { return ErrUnavailable.Message + ": " + o.cause.Error() }

// Unwrap returns the fault for people, and the cause.
func (o *outage) Unwrap() []error { return []error{ErrUnavailable, o.cause} }

// outageOf returns err as an outage if it is one, else nil.
func outageOf(err error, several bool) *outage {
	var known *outage
	var connecting *connectError
	var server *mysql.MySQLError
	var file *sqlite.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &connecting): // perhaps because its own time was up
		return &outage{cause: err, unreadable: true, sure: !crowded(err)}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.As(err, &server):
		unreadable, refused := refusals[server.Number]
		if !refused {
			return nil
		}
		return &outage{cause: err, unreadable: unreadable, sure: !several && !crowded(err)}
	case errors.As(err, &file):
		if !slices.Contains(fileRefusals, file.Code()&0xff) {
			return nil
		}
		return &outage{cause: err, sure: true}
	case lost(err):
		return &outage{cause: err, unreadable: true}
	}
	return nil
}

// asOutage returns err with the outage in its chain, once.
func asOutage(err error, o *outage) error {
	if o == nil || errors.Is(err, ErrUnavailable) {
		return err
	}
	return o
}

// refusals are the numbers with which a server says that it cannot work now, and whether that goes for reading too.
var refusals = map[uint16]bool{
	1040: true,  // too many connections
	1047: true,  // a node of Galera without its cluster: "WSREP has not yet prepared node for application use"
	1053: true,  // shutting down
	1079: true,  // shut down
	1203: true,  // too many connections of this user
	1226: true,  // a limit of this user is used up
	1927: true,  // MariaDB: the connection was killed
	3100: true,  // a member of a replication group that its group does not let commit
	4031: true,  // MySQL: the connection idled too long
	3:    false, // a file could not be written
	1021: false, // the disk is full
	1026: false, // a file could not be written
	1030: false, // the storage engine got an error
	1114: false, // the table is full
	1180: false, // could not be committed
	1290: false, // --read-only
	1836: false, // read-only mode
}

// fileRefusals are the primary result codes with which SQLite says so of its file.
var fileRefusals = []int{
	sqlite3.SQLITE_BUSY, // past the time-out
	sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
	sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
}

// crowded reports whether the server has too many connections. The connections that are open still work.
func crowded(err error) bool {
	var e *mysql.MySQLError
	return errors.As(err, &e) && (e.Number == 1040 || e.Number == 1203 || e.Number == 1226)
}

// lost reports whether the connection ended under the statement.
func lost(err error) bool {
	var network net.Error
	for _, end := range []error{driver.ErrBadConn, mysql.ErrInvalidConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, io.ErrShortWrite} {
		if errors.Is(err, end) {
			return true
		}
	}
	return errors.As(err, &network)
}

// commitError is a COMMIT that was sent and got no answer: the transaction may have been committed or not.
type commitError struct{ error }

// Unwrap returns the cause.
func (e commitError) Unwrap() error { return e.error }

// moves reports whether a transaction that failed may be run again on another connection: this one is gone, and the transaction
// with it, or its server of several takes no work.
func moves(err error, several bool) bool {
	var undecided commitError
	o := outageOf(err, several)
	switch {
	case o == nil, o.sure, errors.As(err, &undecided):
		return false
	case lost(o.cause):
		return true
	}
	return several && !crowded(err)
}
