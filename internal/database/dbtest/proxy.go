package dbtest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Proxy stands before a server and can be closed and opened again: for those behind it, the server dies and comes back.
type Proxy struct {
	t      testing.TB
	target string
	addr   string

	mu       sync.Mutex
	listener net.Listener
	frozen   bool
	conns    map[net.Conn]struct{}
	running  sync.WaitGroup
}

// NewProxy returns an open proxy before the server at host:port.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p := &Proxy{t: t, target: target, conns: map[net.Conn]struct{}{}}
	for p.addr == "" { // below the ports of outgoing connections, one of which would take it while the proxy is closed
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000)) //nolint:gosec // any free one will do
		if listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr); err == nil {
			p.listen(listener)
		}
	}
	t.Cleanup(p.Close)
	return p
}

// MySQLProxy returns a proxy before the test server, and the address of an empty database of its own through it, or skips the test.
// Further proxies before it are made by NewProxy with the same target.
func MySQLProxy(t testing.TB) (p *Proxy, address *url.URL, target string) {
	t.Helper()
	address, err := url.Parse(MySQLAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	target = address.Host
	p = NewProxy(t, target)
	address.Host = p.Addr()
	return p, address, target
}

// Addr returns host:port of the proxy, the same for its whole life.
func (p *Proxy) Addr() string { return p.addr }

// Open takes connections, and lets go what Freeze held.
func (p *Proxy) Open() {
	p.t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.listen(listener)
}

func (p *Proxy) listen(listener net.Listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listener, p.frozen, p.addr = listener, false, listener.Addr().String()
	p.running.Go(func() { p.accept(listener) })
}

// Close refuses connections and ends those there are.
func (p *Proxy) Close() {
	p.mu.Lock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	for conn := range p.conns {
		_ = conn.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// Freeze takes connections, but nothing passes any more, as with a server that was stopped. Close and Open end it.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
}

func (p *Proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.join(client) })
	}
}

// join passes bytes both ways until one side or the proxy closes.
func (p *Proxy) join(client net.Conn) {
	defer client.Close()
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.keep(client, server) {
		return
	}
	var both sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{client: server, server: client} {
		both.Go(func() {
			p.pass(to, from)
			_ = client.Close()
			_ = server.Close()
		})
	}
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, client)
	delete(p.conns, server)
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range conns {
		p.conns[conn] = struct{}{}
	}
	return p.listener != nil
}

func (p *Proxy) pass(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		frozen := p.frozen
		p.mu.Unlock()
		if frozen {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
