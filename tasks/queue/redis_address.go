package queue

import (
	"crypto/tls"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"aftercall/internal/fault"
)

// clusterReload is how soon a client of a cluster notices that a master died. The default of go-redis, 60 s, keeps it dialling
// the dead one.
const clusterReload = 3 * time.Second

// protocol is RESP 2: asynq needs nothing of RESP 3, and go-redis works a tenth longer on every command to listen for what a
// server may send unasked.
const protocol = 2

// newClient returns a client for the address without connecting.
func newClient(address string) (redis.UniversalClient, error) {
	scheme, _, _ := strings.Cut(address, "://")
	switch scheme {
	case "redis", "rediss":
		o, err := redis.ParseURL(address)
		if err != nil {
			return nil, badAddress()
		}
		o.Protocol = protocol
		return redis.NewClient(o), nil
	case "redis-sentinel", "redis-cluster":
	default:
		return nil, badAddress()
	}
	a, err := parseHosts(address)
	if err != nil {
		return nil, err
	}
	if scheme == "redis-cluster" {
		return redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: a.hosts, Username: a.user, Password: a.password, TLSConfig: a.tls,
			ClusterStateReloadInterval: clusterReload, Protocol: protocol,
		}), nil
	}
	if a.master == "" {
		return nil, fault.New(fault.Invalid, "redis_address",
			"a redis-sentinel address needs the name of the master, as in redis-sentinel://host:26379/0?master=name")
	}
	return redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: a.master, SentinelAddrs: a.hosts, Username: a.user, Password: a.password, DB: a.db, TLSConfig: a.tls,
		Protocol: protocol,
	}), nil
}

func badAddress() error {
	return fault.New(fault.Invalid, "redis_address",
		"the Redis address must be embedded, redis://, rediss://, redis-sentinel:// or redis-cluster://")
}

type hostsAddress struct {
	hosts          []string
	user, password string
	db             int
	master         string
	tls            *tls.Config
}

// parseHosts reads scheme://user:password@host1:port,host2:port/db?master=name&tls=true. net/url takes only one host, so the list
// is cut out first.
func parseHosts(address string) (hostsAddress, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	start := strings.LastIndex(rest[:end], "@") + 1
	hosts := strings.Split(rest[start:end], ",")
	u, err := url.Parse(scheme + "://" + rest[:start] + hosts[0] + rest[end:])
	if err != nil || hosts[0] == "" {
		return hostsAddress{}, badAddress()
	}
	a := hostsAddress{hosts: hosts, user: u.User.Username(), master: u.Query().Get("master")}
	a.password, _ = u.User.Password()
	if path := strings.Trim(u.Path, "/"); path != "" {
		if a.db, err = strconv.Atoi(path); err != nil {
			return hostsAddress{}, badAddress()
		}
	}
	if u.Query().Get("tls") == "true" {
		host, _, _ := strings.Cut(hosts[0], ":")
		a.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	return a, nil
}
