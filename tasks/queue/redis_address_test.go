package queue

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/redis/go-redis/v9"

	"aftercall/internal/fault"
)

func TestAddressesOfSeveralHosts(t *testing.T) {
	t.Parallel()
	got, err := parseHosts("redis-sentinel://app:p%40ss@one:26379,two:26380/2?master=main&tls=true")
	if err != nil {
		t.Fatal(err)
	}
	want := hostsAddress{hosts: []string{"one:26379", "two:26380"}, user: "app", password: "p@ss", db: 2, master: "main"}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(hostsAddress{}), cmpopts.IgnoreFields(hostsAddress{}, "tls")); diff != "" {
		t.Error(diff)
	}
	if got.tls == nil || got.tls.ServerName != "one" {
		t.Errorf("tls=true was not followed: %+v", got.tls)
	}
}

func TestAClusterClientNoticesADeadMasterSoon(t *testing.T) {
	t.Parallel()
	client, err := newClient("redis-cluster://127.0.0.1:7000,127.0.0.1:7001")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	cluster, ok := client.(*redis.ClusterClient)
	if !ok || cluster.Options().ClusterStateReloadInterval != clusterReload || len(cluster.Options().Addrs) != 2 {
		t.Errorf("client %T %+v", client, client)
	}
}

func TestAddressesThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "localhost:6379", "http://localhost", "redis-cluster://", "redis-sentinel://one:26379",
		"redis-sentinel://one:26379/x?master=m",
	} {
		t.Run(address, func(t *testing.T) {
			client, err := newClient(address)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", address, err)
			}
			if client != nil {
				_ = client.Close()
			}
		})
	}
}

func TestARedisThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	if _, err := OpenRedis(t.Context(), "redis://127.0.0.1:1"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
