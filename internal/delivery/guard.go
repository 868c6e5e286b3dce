package delivery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// errGuarded says that a request would have gone to a machine that nobody allowed.
var errGuarded = errors.New("the address is on the local network and not on the list of allowed hosts")

// allowed are hosts and networks that may be asked although they are not on the public internet.
type allowed struct {
	names []string // lower case
	nets  []netip.Prefix
}

// readAllowed reads a list of host names, addresses and networks in CIDR notation. It returns the entry that is none of them.
func readAllowed(hosts []string) (a allowed, wrong string) {
	for _, host := range hosts {
		host = strings.ToLower(strings.TrimSpace(host))
		if ip, err := netip.ParseAddr(host); err == nil {
			a.nets = append(a.nets, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
		} else if network, err := netip.ParsePrefix(host); err == nil {
			a.nets = append(a.nets, network.Masked())
		} else if isHostName(host) {
			a.names = append(a.names, host)
		} else {
			return allowed{}, host
		}
	}
	return a, ""
}

func isHostName(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	return strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == "" && !strings.HasPrefix(host, "-")
}

// reserved are networks that are not on the public internet, beside those netip knows by name.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
}

// public reports whether an address is one of the public internet. Those that carry an IPv4 address inside are not: what they lead to
// is anybody's guess.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// mayReach reports whether a connection to an address may be made for a host.
func (a allowed) mayReach(host string, ip netip.Addr) bool {
	ip = ip.Unmap()
	return public(ip) || slices.Contains(a.names, strings.ToLower(host)) ||
		slices.ContainsFunc(a.nets, func(p netip.Prefix) bool { return p.Contains(ip) })
}

const (
	connectTimeout = 3 * time.Second
	askTimeout     = 5 * time.Second // in all: somebody waits for it
	maxAnswer      = 4 << 10         // bytes of an answer that are read
)

// client returns an HTTP client for requests to addresses that people typed. It connects to the public internet and to what is allowed,
// which is looked at when the name is resolved, so that a name that is changed in between leads nowhere else. It follows no redirect and
// knows no proxy.
func (a allowed) client() *http.Client {
	transport := &http.Transport{
		DisableKeepAlives: true, ResponseHeaderTimeout: askTimeout, TLSHandshakeTimeout: connectTimeout, MaxResponseHeaderBytes: 16 << 10,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			dialer := net.Dialer{Timeout: connectTimeout, Control: func(_, address string, _ syscall.RawConn) error {
				to, err := netip.ParseAddrPort(address)
				if err != nil {
					return err
				}
				if !a.mayReach(host, to.Addr()) {
					return errGuarded
				}
				return nil
			}}
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, fmt.Errorf("connect: %w", err)
			}
			return conn, nil
		},
	}
	return &http.Client{
		Transport: transport, Timeout: askTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
