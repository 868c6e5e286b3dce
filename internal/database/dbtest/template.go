package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-sql-driver/mysql"

	"aftercall/internal/database"
)

// sqliteTemplate returns the file of an empty, migrated database.
var sqliteTemplate = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "aftercall-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrate brings the database at an address up to date and closes it.
func migrate(address string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}

// mysqlServer is the test server, and the statements that fill a new database with the tables and rows of the template.
type mysqlServer struct {
	url    *url.URL
	config *mysql.Config
	fill   []string
	values []any // of the rows
}

// mysqlTemplate migrates a database of the test server, learns how to copy it, and drops it.
var mysqlTemplate = sync.OnceValues(func() (s *mysqlServer, err error) {
	s = &mysqlServer{}
	if s.url, err = url.Parse(os.Getenv("AFTERCALL_TEST_MYSQL")); err != nil {
		return nil, err
	}
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.MultiStatements, c.InterpolateParams = "tcp", s.url.Host, s.url.User.Username(), true, true
	c.Passwd, _ = s.url.User.Password()
	s.config = c
	template := "t_" + randomName()
	defer func() { err = errors.Join(err, s.drop(template)) }()
	if err := s.create(template); err != nil {
		return nil, err
	}
	if err := migrate(s.address(template)); err != nil {
		return nil, err
	}
	return s, s.learn(template)
})

// address returns the address of a database of the server, as database.Open takes it.
func (s *mysqlServer) address(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}

func (s *mysqlServer) create(name string) error {
	return s.exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
}

func (s *mysqlServer) drop(name string) error { return s.exec("DROP DATABASE IF EXISTS " + name) }

// connect opens a pool for one use: tests look for what is left open.
func (s *mysqlServer) connect() (*sql.DB, error) {
	connector, err := mysql.NewConnector(s.config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (s *mysqlServer) exec(statements string, values ...any) (err error) {
	pool, err := s.connect()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	if _, err := pool.ExecContext(context.Background(), statements, values...); err != nil {
		return fmt.Errorf("%.80s: %w", statements, err)
	}
	return nil
}

// copyTo makes a database with the tables and rows of the template.
func (s *mysqlServer) copyTo(name string) error {
	if err := s.create(name); err != nil {
		return err
	}
	return s.exec("USE "+name+"; "+strings.Join(s.fill, "; "), s.values...)
}

// learn reads the tables and rows of the template.
func (s *mysqlServer) learn(template string) error {
	names, err := s.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", template)
	if err != nil {
		return err
	}
	for _, name := range names {
		table := fmt.Sprintf("%s.`%s`", template, name[0])
		created, err := s.query("SHOW CREATE TABLE " + table)
		if err != nil {
			return err
		}
		s.fill = append(s.fill, string(created[0][1].([]byte)))
		rows, err := s.query("SELECT * FROM " + table)
		if err != nil {
			return err
		}
		for _, row := range rows {
			s.fill = append(s.fill, fmt.Sprintf("INSERT INTO `%s` VALUES (?%s)", name[0], strings.Repeat(", ?", len(row)-1)))
			s.values = append(s.values, row...)
		}
	}
	return nil
}

// query returns all rows, their values as the server writes them.
func (s *mysqlServer) query(statement string, values ...any) (all [][]any, err error) {
	pool, err := s.connect()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	rows, err := pool.QueryContext(context.Background(), statement, values...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", statement, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
