package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"

	"aftercall/internal/fault"
)

func openMySQL(ctx context.Context, address string) (*DB, error) {
	cfg, hosts, err := mysqlConfig(address)
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: MySQL, health: newHealth(), hosts: len(hosts)}
	nodes := newNodes(hosts)
	if err := setIsolation(ctx, cfg, nodes); err != nil {
		return nil, err
	}
	db.nodes = nodesConnector{nodes, cfg}
	if db.read, err = db.openMySQLHandle(nodes.connector(cfg), cfg, 32); err != nil {
		return nil, err
	}
	writes := cfg.Clone()
	writes.Params["autocommit"] = "0"
	if db.write, err = db.openMySQLHandle(mysqlWriter{nodes.connector(writes)}, cfg, 32); err != nil {
		return nil, errors.Join(err, closeHandle(db.read))
	}
	// The watch has a connection of its own: in the pools it would wait behind work, and take that for an outage.
	if db.probe, err = db.openMySQLHandle(nodes.connector(cfg), cfg, 1); err != nil {
		return nil, errors.Join(err, closeHandle(db.read), closeHandle(db.write))
	}
	return db, nil
}

// mysqlDialector is gorm's MySQL dialect, and tells outages from errors.
type mysqlDialector struct {
	*gormmysql.Dialector
	db *DB
}

// Translate turns the driver's errors into gorm's, and into outages.
func (d mysqlDialector) Translate(err error) error { return d.db.note(d.Dialector.Translate(err)) }

func (db *DB) openMySQLHandle(connector driver.Connector, cfg *mysql.Config, connections int) (*gorm.DB, error) {
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if db.hosts > 1 {
		pool.SetConnMaxLifetime(10 * time.Minute) // back to the first host, some time after it is
	}
	// Without RETURNING, which only MariaDB has: ids are counted from the first one, as on MySQL. It is also faster.
	dialector, ok := gormmysql.New(gormmysql.Config{Conn: pool, DSNConfig: cfg, DisableWithReturning: true}).(*gormmysql.Dialector)
	if !ok {
		return nil, errors.New("gorm's MySQL dialect has another type than expected")
	}
	g, err := gorm.Open(mysqlDialector{dialector, db}, config(false))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", errors.Join(err, pool.Close()))
	}
	leaveTimes(g)
	return g, nil
}

// mysqlConfig reads mysql://user:password@host:port/name, also with several hosts separated by commas, with ?tls=true and with
// ?socket=/path. It returns the hosts beside the settings all of them share.
func mysqlConfig(address string) (*mysql.Config, []string, error) {
	u, hosts, err := splitHosts(address)
	if err != nil {
		return nil, nil, err
	}
	cfg := mysql.NewConfig()
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.Net = "tcp"
	if socket := u.Query().Get("socket"); socket != "" {
		cfg.Net, hosts = "unix", []string{socket}
	}
	cfg.Addr = hosts[0]
	cfg.TLSConfig = u.Query().Get("tls")
	cfg.DBName = strings.Trim(u.Path, "/")
	cfg.Loc = time.UTC
	cfg.ParseTime = true
	cfg.ClientFoundRows = true   // an UPDATE that changes nothing still found its row, as on SQLite
	cfg.InterpolateParams = true // one round trip a statement; safe with utf8mb4
	cfg.MaxAllowedPacket = 0     // ask the server
	cfg.Params = map[string]string{"time_zone": "'+00:00'"}
	if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, nil, fmt.Errorf("open the database: %w", err)
	}
	cfg.Logger = &mysql.NopLogger{} // what it would say is in the errors it returns
	return cfg, hosts, nil
}

// splitHosts reads an address whose host may be a list, which net/url does not take, and gives each host its port.
func splitHosts(address string) (*url.URL, []string, error) {
	bad := fault.New(fault.Invalid, "database_address",
		"the database address must look like mysql://user:password@host:3306/name, or name several hosts as in host1:3306,host2:3306")
	scheme, rest, _ := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		return nil, nil, bad
	}
	start := strings.LastIndex(rest[:end], "@") + 1
	var hosts []string
	var u *url.URL
	for host := range strings.SplitSeq(rest[start:end], ",") {
		var err error
		if u, err = url.Parse(scheme + "://" + rest[:start] + host + rest[end:]); err != nil || strings.Trim(u.Path, "/") == "" {
			return nil, nil, bad
		}
		if u.Hostname() == "" && u.Query().Get("socket") == "" {
			return nil, nil, bad
		}
		if u.Port() == "" {
			host = strings.TrimSuffix(host, ":") + ":3306"
		}
		hosts = append(hosts, host)
	}
	return u, hosts, nil
}

// setIsolation asks the server who it is: the isolation level has another name on MariaDB, and TiDB is not served.
func setIsolation(ctx context.Context, cfg *mysql.Config, nodes *nodes) error {
	probe := sql.OpenDB(nodes.connector(cfg))
	defer func() { _ = probe.Close() }()
	var version string
	if err := probe.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return fault.Wrap(err, fault.Unavailable, "database_unreachable", "the database cannot be reached")
	}
	switch {
	case strings.Contains(version, "TiDB"):
		return fault.New(fault.Invalid, "database_tidb", "TiDB is not supported: it ignores FOR UPDATE beside SKIP LOCKED")
	case strings.Contains(version, "MariaDB"):
		cfg.Params["tx_isolation"] = "'READ-COMMITTED'"
	default:
		cfg.Params["transaction_isolation"] = "'READ-COMMITTED'"
	}
	return nil
}
