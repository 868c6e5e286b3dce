package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"

	"aftercall/internal/clock"
)

const (
	// connectTimeout is how long one server may take to answer and to let us in.
	connectTimeout = 2 * time.Second
	// shunned is how long a server that failed is asked after the others only.
	shunned = 5 * time.Second
)

// nodes are the servers an address names: one, or the nodes of a cluster, any of which takes every statement.
type nodes []*node

// node is one server.
type node struct {
	addr   string
	failed atomic.Int64 // the instant of its last failure
	// epoch counts the failures. A connection of an earlier one is not used again.
	epoch atomic.Int64

	mu   sync.Mutex
	open map[*nodeSocket]struct{}
}

func newNodes(hosts []string) *nodes {
	list := make(nodes, len(hosts))
	for i, host := range hosts {
		list[i] = &node{addr: host, open: map[*nodeSocket]struct{}{}}
	}
	return &list
}

// connector opens connections with the settings to the first node that takes one, in the order of the address; those that failed a
// moment ago come last.
func (n *nodes) connector(cfg *mysql.Config) driver.Connector { return nodesConnector{n, cfg} }

type nodesConnector struct {
	nodes *nodes
	cfg   *mysql.Config
}

func (c nodesConnector) Driver() driver.Driver { return mysql.MySQLDriver{} }

// connectError says that no node took a connection.
type connectError struct{ error }

// Unwrap returns what the nodes said.
func (e *connectError) Unwrap() error { return e.error }

func (c nodesConnector) Connect(ctx context.Context) (driver.Conn, error) {
	var failures []error
	for _, node := range c.nodes.inOrder() {
		conn, err := node.connect(ctx, c.cfg, len(*c.nodes) > 1)
		if err == nil {
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connect to the database: %w", ctx.Err())
		}
		failures = append(failures, err)
	}
	return nil, &connectError{errors.Join(failures...)}
}

// lookAround asks the nodes for a sign of life when several have connections: the watch's own speaks for one of them only, and who
// waits on another that is frozen or cut off would wait until the network gives up.
func (c nodesConnector) lookAround(ctx context.Context) {
	var used []*node
	for _, node := range *c.nodes {
		node.mu.Lock()
		if len(node.open) > 0 {
			used = append(used, node)
		}
		node.mu.Unlock()
	}
	if len(used) < 2 {
		return
	}
	for _, node := range used {
		if conn, err := node.connect(ctx, c.cfg, true); err == nil {
			_ = conn.Close()
		}
	}
}

func (n *nodes) inOrder() []*node {
	now := clock.System()
	var good, bad []*node
	for _, node := range *n {
		if now.Sub(clock.Instant(node.failed.Load())) < shunned {
			bad = append(bad, node)
		} else {
			good = append(good, node)
		}
	}
	return append(good, bad...)
}

// connect opens a connection. If the node cannot be reached, its open connections are closed too: their statements would hang.
func (n *node) connect(ctx context.Context, cfg *mysql.Config, several bool) (driver.Conn, error) {
	cfg = cfg.Clone()
	cfg.Addr, cfg.DialFunc = n.addr, n.dial
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	connecting, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	epoch := n.epoch.Load()
	opened, err := connector.Connect(connecting)
	if err != nil {
		var refused *mysql.MySQLError
		if ctx.Err() == nil && !errors.As(err, &refused) {
			n.fail(epoch)
			n.hangUp()
		} else if ctx.Err() == nil {
			n.failed.Store(int64(clock.System()))
		}
		return nil, err
	}
	conn, ok := opened.(bareMySQLConn)
	if !ok {
		err := fmt.Errorf("a connection of the MySQL driver is a %T, which is not what this was written for", opened)
		return nil, errors.Join(err, opened.Close())
	}
	if several {
		if err := works(connecting, conn); err != nil {
			n.fail(epoch)
			return nil, errors.Join(err, opened.Close())
		}
	}
	return &nodeConn{bareMySQLConn: conn, node: n, epoch: epoch}, nil
}

// works asks one node of several whether it takes work: it may have lost its cluster, or be a replica that takes no writes. A query
// without a table is answered by any.
func works(ctx context.Context, conn driver.QueryerContext) error {
	if on, err := shown(ctx, conn, "SHOW GLOBAL VARIABLES LIKE 'read_only'"); err != nil || on == "ON" {
		return errors.Join(err, errors.New("the node takes no writes"))
	}
	if on, err := shown(ctx, conn, "SHOW GLOBAL VARIABLES LIKE 'wsrep_on'"); err != nil || on != "ON" {
		return err
	}
	if ready, err := shown(ctx, conn, "SHOW GLOBAL STATUS LIKE 'wsrep_ready'"); err != nil || ready != "ON" {
		return errors.Join(err, errors.New("the node is without its cluster"))
	}
	return nil
}

// shown returns the value a server shows under a name; "" for none.
func shown(ctx context.Context, conn driver.QueryerContext, query string) (string, error) {
	rows, err := conn.QueryContext(ctx, query, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	answer := make([]driver.Value, 2)
	switch err := rows.Next(answer); {
	case errors.Is(err, io.EOF):
		return "", nil
	case err != nil:
		return "", err
	}
	return fmt.Sprintf("%s", answer[1]), nil
}

// fail notes that the node of an epoch failed, once for all its connections.
func (n *node) fail(epoch int64) {
	if n.epoch.CompareAndSwap(epoch, epoch+1) {
		n.failed.Store(int64(clock.System()))
	}
}

func (n *node) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	s := &nodeSocket{Conn: conn, node: n}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open[s] = struct{}{}
	return s, nil
}

// hangUp closes every connection to the node. A statement that waits for an answer of a dead node then fails instead of
// hanging.
func (n *node) hangUp() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for s := range n.open {
		_ = s.Conn.Close()
	}
	clear(n.open)
}

// nodeSocket is a socket its node knows of.
type nodeSocket struct {
	net.Conn
	node *node
}

// Close closes the socket.
func (s *nodeSocket) Close() error {
	s.node.mu.Lock()
	delete(s.node.open, s)
	s.node.mu.Unlock()
	return s.Conn.Close()
}

// SyscallConn lets the driver see whether the server has closed the connection.
func (s *nodeSocket) SyscallConn() (syscall.RawConn, error) {
	conn, ok := s.Conn.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return conn.SyscallConn()
}

// nodeConn is a connection that is given up with its node.
type nodeConn struct {
	bareMySQLConn
	node  *node
	epoch int64
}

// ExecContext executes a statement.
func (c *nodeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.bareMySQLConn.ExecContext(ctx, query, args)
	return result, c.seen(err)
}

// QueryContext runs a query.
func (c *nodeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.bareMySQLConn.QueryContext(ctx, query, args)
	return rows, c.seen(err)
}

// Ping asks for a sign of life.
func (c *nodeConn) Ping(ctx context.Context) error { return c.seen(c.bareMySQLConn.Ping(ctx)) }

// seen notes an error that speaks against the node.
func (c *nodeConn) seen(err error) error {
	if err != nil && outageOf(err, true) != nil {
		c.node.fail(c.epoch)
	}
	return err
}

// ResetSession refuses a connection whose node has failed since it was opened.
func (c *nodeConn) ResetSession(ctx context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return c.bareMySQLConn.ResetSession(ctx)
}

// IsValid reports whether the connection may be used again.
func (c *nodeConn) IsValid() bool {
	return c.epoch == c.node.epoch.Load() && c.bareMySQLConn.IsValid()
}
