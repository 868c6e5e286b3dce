package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"aftercall/internal/fault"
)

// The bounds of a password, in characters and in bytes.
const (
	minPassword = 8
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

// hasher makes and checks password hashes, two at a time: each takes 19 MiB and some 30 ms of a core, and logins must not be a way
// to exhaust either. Those who log in stand in one of two lines of bounded length: strangers cannot fill that of known browsers.
type hasher struct {
	slots            chan struct{}
	strangers, known chan struct{}
	hashed           *atomic.Int32 // since memory was last given back
	cost             cost
}

func newHasher() hasher {
	return hasher{
		slots: make(chan struct{}, 2), strangers: make(chan struct{}, 100), known: make(chan struct{}, 400),
		hashed: new(atomic.Int32), cost: defaultCost,
	}
}

// The collector waits until the heap has doubled, which lets hashes take many times what the slots allow. So some hashes ask for a
// collection, and after a burst of logins what was free is given back to the system.
const (
	collectEvery = 4
	burst        = 16
)

// errBusy is returned instead of waiting when the line of people who log in is full.
var errBusy = fault.New(fault.Unavailable, "login_busy", "many people are logging in right now: try again in a few seconds").
	RetryIn(5 * time.Second)

// enter takes a place in a line and returns what gives it back, or fault.Unavailable where the line is full.
func (h hasher) enter(line chan struct{}) (leave func(), err error) {
	select {
	case line <- struct{}{}:
		return func() {
			<-line
			h.giveBack()
		}, nil
	default:
		return nil, errBusy
	}
}

func (h hasher) wait(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

// key spends the memory and the time of a cost.
func (h hasher) key(password string, salt []byte, c cost, length int) []byte {
	if h.hashed.Add(1)%collectEvery == 0 {
		runtime.GC() // in the slot, so that garbage is not made faster than it is collected
	}
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.lanes, uint32(length)) //nolint:gosec // 16 to 64
}

// giveBack returns the memory of a burst to the system once nobody is in line any more.
func (h hasher) giveBack() {
	if n := h.hashed.Load(); n >= burst && len(h.strangers)+len(h.known) == 0 && h.hashed.CompareAndSwap(n, 0) {
		debug.FreeOSMemory()
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
	key := h.key(password, salt, h.cost, 32)
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
	got := h.key(password, salt, c, len(key))
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
	case utf8.RuneCountInString(password) < minPassword:
		return problem("password_short", fmt.Sprintf("must have at least %d characters", minPassword))
	case len(password) > maxPassword:
		return problem("too_long", "is too long")
	case strings.EqualFold(password, login):
		return problem("password_is_login", "must differ from the login")
	}
	return nil
}
