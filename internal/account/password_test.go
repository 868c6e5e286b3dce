package account

import (
	"strings"
	"testing"

	"aftercall/internal/fault"
)

func TestPasswordHashes(t *testing.T) {
	t.Parallel()
	h := newHasher()
	phc, err := h.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", phc)
	}
	match, outdated, err := h.verify(t.Context(), "correct horse", phc)
	if !match || outdated || err != nil {
		t.Errorf("right password: match %v, outdated %v, %v", match, outdated, err)
	}
	if match, _, err := h.verify(t.Context(), "correct horse ", phc); match || err != nil {
		t.Errorf("wrong password: match %v, %v", match, err)
	}
	h.cost.time++
	if match, outdated, err := h.verify(t.Context(), "correct horse", phc); !match || !outdated || err != nil {
		t.Errorf("after the cost was raised: match %v, outdated %v, %v", match, outdated, err)
	}
	// From the test suite of the reference implementation: password, somesalt, 64 MiB, two passes.
	const known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if match, _, err := h.verify(t.Context(), "password", known); !match || err != nil {
		t.Errorf("a hash of another implementation: match %v, %v", match, err)
	}
	for _, broken := range []string{
		"", "x", "$argon2i$v=19$m=1,t=1,p=1$YQ$YQ",
		"$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		t.Run(broken, func(t *testing.T) {
			if match, _, err := h.verify(t.Context(), "password", broken); match || err == nil {
				t.Errorf("%q: match %v, %v", broken, match, err)
			}
		})
	}
}

func TestALineOfLoginsThatIsFullIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHasher()
	var leave func()
	for range cap(h.strangers) {
		var err error
		if leave, err = h.enter(h.strangers); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.enter(h.strangers)
	if f, ok := fault.Of(err); !ok || f.Kind != fault.Unavailable || f.Wait <= 0 {
		t.Errorf("one more: %v", err)
	}
	if _, err := h.enter(h.known); err != nil {
		t.Errorf("strangers fill the line of known browsers: %v", err)
	}
	leave()
	if _, err := h.enter(h.strangers); err != nil {
		t.Errorf("after one left: %v", err)
	}
	if memory := cap(h.slots) * int(h.cost.memory) >> 10; memory > 40 {
		t.Errorf("hashes take %d MiB at once", memory)
	}
}

func TestOneCustomerOfAProviderIsOneAddress(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::/64", "2001:db8:1:3::4": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64", "": "",
	} {
		t.Run(ip, func(t *testing.T) {
			if got := networkOf(ip); got != want {
				t.Errorf("%q is counted as %q, want %q", ip, got, want)
			}
		})
	}
}

func TestSecretsAreLongAndDifferent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		secret, err := newSecret()
		if err != nil || len(secret) != 43 || strings.ContainsAny(secret, " -_+/") || seen[secret] {
			t.Fatalf("secret of %d characters: %v", len(secret), err)
		}
		seen[secret] = true
	}
}
