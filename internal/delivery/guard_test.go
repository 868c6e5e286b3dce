package delivery

import (
	"net/netip"
	"testing"
)

func TestOnlyThePublicInternetIsReachedUnasked(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false,
		"fd00::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false,
		"ff02::1": false,
	} {
		t.Run(ip, func(t *testing.T) {
			t.Parallel()
			if got := (allowed{}).mayReach("pbx.example.com", netip.MustParseAddr(ip)); got != want {
				t.Errorf("reached: %t", got)
			}
		})
	}
}

func TestWhatIsAllowedIsReachedAndNothingBesideIt(t *testing.T) {
	t.Parallel()
	a, wrong := readAllowed([]string{"PBX.lan", "10.0.0.5", "192.168.7.0/24", "fd00::/8"})
	if wrong != "" {
		t.Fatalf("%q is refused", wrong)
	}
	for _, c := range []struct {
		host, ip string
		want     bool
	}{
		{"pbx.lan", "10.9.9.9", true},
		{"Pbx.LAN", "127.0.0.1", true},
		{"other.lan", "10.9.9.9", false},
		{"x", "10.0.0.5", true},
		{"x", "10.0.0.6", false},
		{"x", "192.168.7.255", true},
		{"x", "192.168.8.1", false},
		{"x", "fd12::1", true},
		{"x", "::ffff:10.0.0.5", true},
	} {
		if got := a.mayReach(c.host, netip.MustParseAddr(c.ip)); got != c.want {
			t.Errorf("%s at %s: %t", c.host, c.ip, got)
		}
	}
	for _, host := range []string{"http://10.0.0.5", "10.0.0.0/33", "a b", "pbx.lan:80", "-x"} {
		if _, wrong := readAllowed([]string{host}); wrong == "" {
			t.Errorf("%q is taken for a host", host)
		}
	}
}
