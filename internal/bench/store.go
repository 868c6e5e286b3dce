package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"aftercall/internal/app"
	"aftercall/internal/database"
)

var errNoServer = errors.New("no server")

// store is a database with the Redis that goes with it.
type store struct {
	name  string
	redis string
	// address returns the address of an empty database and what removes it.
	address func(ctx context.Context, dir string) (string, func() error, error)
}

// bench is one measurement's own installation.
type bench struct {
	store
	dir string
}

func stores() []store {
	return []store{
		{"sqlite", "embedded", func(_ context.Context, dir string) (string, func() error, error) {
			return "sqlite:" + filepath.Join(dir, rand.Text()+".db"), func() error { return nil }, nil
		}},
		{"mariadb", os.Getenv("AFTERCALL_TEST_REDIS"), newMySQL},
	}
}

// newMySQL makes a database on the test server.
func newMySQL(ctx context.Context, _ string) (string, func() error, error) {
	server := os.Getenv("AFTERCALL_TEST_MYSQL")
	if server == "" || os.Getenv("AFTERCALL_TEST_REDIS") == "" {
		return "", nil, errNoServer
	}
	root, err := database.Open(ctx, server)
	if err != nil {
		return "", nil, err
	}
	name := "b_" + strings.ToLower(rand.Text())
	exec := func(sql string) error { return execute(ctx, root, sql) }
	u, err := url.Parse(server)
	if err == nil {
		err = exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	}
	if err != nil {
		return "", nil, errors.Join(err, root.Close())
	}
	u.Path = "/" + name
	return u.String(), func() error { return errors.Join(exec("DROP DATABASE "+name), root.Close()) }, nil
}

// with runs a measurement in a folder of its own.
func (s store) with(ctx context.Context, measure func(ctx context.Context, b bench) ([]figure, error)) ([]figure, error) {
	dir, err := os.MkdirTemp("", "aftercall-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return measure(ctx, bench{s, dir})
}

// open starts an installation on an empty database and returns it with what stops and removes it.
func (b bench) open(ctx context.Context, parts app.Parts) (*app.App, func() error, error) {
	address, drop, err := b.address(ctx, b.dir)
	if err != nil {
		return nil, nil, err
	}
	c := app.Default()
	c.Database, c.Redis, c.DataDir, c.Addr = address, b.redis, b.dir, "127.0.0.1:0"
	a, err := app.New(ctx, c, parts, slog.Default())
	if err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	closeAll := func() error { return errors.Join(a.Stop(context.WithoutCancel(ctx)), drop()) }
	if err := a.Start(ctx); err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return a, closeAll, nil
}

// empty opens an empty, migrated database for a bare limit.
func (b bench) empty(ctx context.Context) (*database.DB, func() error, error) {
	address, drop, err := b.address(ctx, b.dir)
	if err != nil {
		return nil, nil, err
	}
	db, err := database.Open(ctx, address)
	if err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	closeAll := func() error { return errors.Join(db.Close(), drop()) }
	if err := db.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return db, closeAll, nil
}
