package account

import (
	"strings"
	"testing"
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
	for _, broken := range []string{"", "x", "$argon2i$v=19$m=1,t=1,p=1$YQ$YQ", "$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"} {
		if match, _, err := h.verify(t.Context(), "password", broken); match || err == nil {
			t.Errorf("%q: match %v, %v", broken, match, err)
		}
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
