package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"aftercall/internal/fault"
)

// The bounds of a password, in characters and in bytes.
const (
	MinPassword = 8
	maxPassword = 512
)

// cost is what argon2id spends on one hash. Stored hashes carry their own, so that it can be raised: a hash of another cost is
// replaced at the next login.
type cost struct {
	memory uint32 // KiB
	time   uint32
	lanes  uint8
}

var defaultCost = cost{memory: 19 * 1024, time: 2, lanes: 1}

// hasher makes and checks password hashes, a few at a time: each takes 19 MiB, and logins must not be a way to exhaust memory.
type hasher struct {
	slots chan struct{}
	cost  cost
}

func newHasher() hasher { return hasher{slots: make(chan struct{}, 4), cost: defaultCost} }

func (h hasher) wait(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

// hash returns a PHC string: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.wait(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.slots }()
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, h.cost.time, h.cost.memory, h.cost.lanes, 32)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.memory, h.cost.time, h.cost.lanes,
		enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// verify reports whether the password belongs to the PHC string, and whether that string is of another cost than today's.
func (h hasher) verify(ctx context.Context, password, phc string) (match, outdated bool, err error) {
	c, salt, key, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if err := h.wait(ctx); err != nil {
		return false, false, err
	}
	defer func() { <-h.slots }()
	got := argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, uint32(len(key))) //nolint:gosec // parsePHC bounds the length
	return subtle.ConstantTimeCompare(got, key) == 1, c != h.cost, nil
}

var errPHC = errors.New("the stored password hash is not an argon2id string")

func parsePHC(phc string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); err != nil || c.time == 0 || c.lanes == 0 {
		return c, nil, nil, errPHC
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	key, errKey := base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errPHC
	}
	return c, salt, key, nil
}

// checkPassword refuses passwords that are too short to resist guessing, or too long to hash cheaply.
func checkPassword(password, login string) []fault.Field {
	problem := func(code, text string) []fault.Field {
		return []fault.Field{{Name: "password", Code: code, Problem: text}}
	}
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return problem("password_short", fmt.Sprintf("must have at least %d characters", MinPassword))
	case len(password) > maxPassword:
		return problem("too_long", "is too long")
	case strings.EqualFold(password, login):
		return problem("password_is_login", "must differ from the login")
	}
	return nil
}
