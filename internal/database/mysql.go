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
	cfg, err := mysqlConfig(address)
	if err != nil {
		return nil, err
	}
	if err := setIsolation(ctx, cfg); err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	read, err := openMySQLHandle(connector, cfg)
	if err != nil {
		return nil, err
	}
	writes := cfg.Clone()
	writes.Params["autocommit"] = "0"
	if connector, err = mysql.NewConnector(writes); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), closeHandle(read))
	}
	write, err := openMySQLHandle(mysqlWriter{connector}, cfg)
	if err != nil {
		return nil, errors.Join(err, closeHandle(read))
	}
	return &DB{dialect: MySQL, write: write, read: read}, nil
}

func openMySQLHandle(connector driver.Connector, cfg *mysql.Config) (*gorm.DB, error) {
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(32)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	// Without RETURNING, which only MariaDB has: ids are counted from the first one, as on MySQL. It is also faster.
	g, err := gorm.Open(gormmysql.New(gormmysql.Config{Conn: pool, DSNConfig: cfg, DisableWithReturning: true}), config(false))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	leaveTimes(g)
	return g, nil
}

// mysqlConfig reads mysql://user:password@host:port/name, also with ?tls=true and ?socket=/path.
func mysqlConfig(address string) (*mysql.Config, error) {
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return nil, fault.New(fault.Invalid, "database_address", "the database address must look like mysql://user:password@host:3306/name")
	}
	cfg := mysql.NewConfig()
	cfg.User = u.User.Username()
	cfg.Passwd, _ = u.User.Password()
	cfg.Net, cfg.Addr = "tcp", u.Host
	if u.Port() == "" {
		cfg.Addr += ":3306"
	}
	if socket := u.Query().Get("socket"); socket != "" {
		cfg.Net, cfg.Addr = "unix", socket
	}
	cfg.TLSConfig = u.Query().Get("tls")
	cfg.DBName = strings.Trim(u.Path, "/")
	cfg.Loc = time.UTC
	cfg.ParseTime = true
	cfg.ClientFoundRows = true   // an UPDATE that changes nothing still found its row, as on SQLite
	cfg.InterpolateParams = true // one round trip a statement; safe with utf8mb4
	cfg.MaxAllowedPacket = 0     // ask the server
	cfg.Params = map[string]string{"time_zone": "'+00:00'"}
	if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return cfg, nil
}

// setIsolation asks the server who it is: the isolation level has another name on MariaDB, and TiDB is not served.
func setIsolation(ctx context.Context, cfg *mysql.Config) error {
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	probe := sql.OpenDB(connector)
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
