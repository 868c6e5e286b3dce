package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// How long a login lasts: until nobody used it for a shift, and at most a week.
const (
	SessionIdle = 10 * time.Hour
	SessionLife = 7 * 24 * time.Hour

	// seenEvery is how often the use of a session or a token is written down: each write waits for the one writer of SQLite.
	seenEvery = 5 * time.Minute

	// sessionsKept is how many sessions a user has at most, as many as are shown: the next one ends the one unused for longest.
	sessionsKept = 100
)

// Session is one login of one user on one browser. The database knows only the hash of its token.
type Session struct {
	TokenHash  string `gorm:"primaryKey"`
	UserID     int64
	IP         string `gorm:"column:ip"`
	UserAgent  string
	CreatedAt  clock.Instant
	LastSeenAt clock.Instant
	ExpiresAt  clock.Instant
}

// TableName names the table.
func (Session) TableName() string { return "login_sessions" }

func (s Session) alive(now clock.Instant) bool {
	return now.Before(s.ExpiresAt) && now.Before(s.LastSeenAt.Add(SessionIdle))
}

var (
	errLogin = fault.New(fault.Unauthenticated, "login_wrong", "login or password is wrong")
	// ErrNoSession means that there is no such login session any more.
	ErrNoSession = fault.New(fault.Unauthenticated, "session_over", "the login has expired: please log in again")
)

// Attempt is what a browser sends to log in.
type Attempt struct {
	Login, Password string
	IP, UserAgent   string
	Devices         string // the device tokens of the browser, as an earlier Entry had them; "" from a new one
}

// Entry is what a login returns for the browser to keep.
type Entry struct {
	Session string // the token of the new session
	Devices string // the device tokens, for DeviceLife
}

// Login checks a password and begins a session. A browser that logged in before is counted by itself, so that strangers cannot
// lock its user out; a new one by login and by address.
//
// It returns fault.Unauthenticated without saying what is wrong, also for a disabled user; fault.TooMany with the time to wait
// after too many wrong passwords; and fault.Unavailable when too many log in at this moment.
func (s *Service) Login(ctx context.Context, a Attempt) (Entry, error) {
	login := strings.ToLower(strings.TrimSpace(a.Login))
	now := s.now()
	tries, line := strangeTry(login, a.IP), s.passwords.strangers
	device, others := s.deviceID(login, a.Devices, now)
	if device != "" {
		tries, line = deviceTry(device), s.passwords.known
	}
	leave, err := s.beginTry(ctx, tries, line, now)
	if err != nil {
		return Entry{}, err
	}
	defer leave()
	user, newHash, err := s.authenticate(ctx, login, a.Password)
	if err != nil {
		return Entry{}, err
	}
	token, err := newSecret()
	if err != nil {
		return Entry{}, err
	}
	session := Session{
		TokenHash: hashSecret(token), UserID: user.ID, IP: shorten(a.IP, 60), UserAgent: shorten(a.UserAgent, 300),
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(SessionLife),
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		kept := map[string]any{"last_login_at": now}
		if newHash != "" {
			kept["password_hash"] = newHash
		}
		if err := st.updateUser(user.ID, kept); err != nil {
			return err
		}
		if err := st.forgetTry(tries); err != nil {
			return err
		}
		if err := st.deleteOldestSessions(user.ID, sessionsKept-1); err != nil {
			return err
		}
		if _, err := st.deleteExpiredSessions(now, 50); err != nil { // a few, so that nobody waits for it
			return err
		}
		if err := st.insertSession(session); err != nil {
			return err
		}
		return Audit(tx, now, Viewer{UserID: user.ID}.Through(ByPage, a.IP), "user.login", "user", user.ID, "")
	})
	if err != nil {
		return Entry{}, fmt.Errorf("log in: %w", err)
	}
	return Entry{Session: token, Devices: s.newDevice(login, others, now)}, nil
}

// authenticate returns the user of a login and password, with a new hash to store if the old one is of another cost. An unknown
// login costs the same time as a wrong password.
func (s *Service) authenticate(ctx context.Context, login, password string) (User, string, error) {
	user, err := store{s.db.View(ctx)}.userByLogin(login)
	known := err == nil && user.PasswordHash != "" // who has not used their link yet has no password
	if err != nil && !fault.Is(err, fault.NotFound) {
		return User{}, "", err
	}
	if !known || len(password) > maxPassword {
		if _, err := s.passwords.hash(ctx, login); err != nil {
			return User{}, "", err
		}
		return User{}, "", errLogin
	}
	match, outdated, err := s.passwords.verify(ctx, password, user.PasswordHash)
	if err != nil {
		return User{}, "", err
	}
	if !match || !user.DisabledAt.IsZero() {
		return User{}, "", errLogin
	}
	if !outdated {
		return user, "", nil
	}
	hash, err := s.passwords.hash(ctx, password)
	return user, hash, err
}

// ViewerBySession returns the user of a session token. It returns ErrNoSession for a token that is empty, unknown or over.
func (s *Service) ViewerBySession(ctx context.Context, token string) (Viewer, error) {
	if token == "" {
		return Viewer{}, ErrNoSession
	}
	now := s.now()
	st := store{s.db.View(ctx)}
	session, err := st.session(hashSecret(token))
	if err != nil {
		return Viewer{}, err
	}
	if !session.alive(now) {
		return Viewer{}, ErrNoSession
	}
	user, err := st.user(session.UserID)
	if fault.Is(err, fault.NotFound) || err == nil && !user.DisabledAt.IsZero() {
		return Viewer{}, ErrNoSession
	}
	if err != nil {
		return Viewer{}, err
	}
	teams, err := st.teamsOfUsers([]int64{user.ID})
	if err != nil {
		return Viewer{}, err
	}
	if now.Sub(session.LastSeenAt) >= seenEvery {
		err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
			return store{tx}.seenSession(session.TokenHash, now)
		})
		if err != nil && !errors.Is(err, database.ErrUnavailable) { // what can still be read may still be seen
			return Viewer{}, fmt.Errorf("note the use of a session: %w", err)
		}
	}
	return Viewer{UserID: user.ID, Name: user.Name, Role: user.Role, TeamIDs: teams[user.ID], Language: user.Language}, nil
}

// Logout ends the session of a token. An unknown token is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		return store{tx}.deleteSession(hashSecret(token))
	})
}

// Sessions returns the live sessions of a user, the newest first.
func (s *Service) Sessions(ctx context.Context, userID int64) ([]Session, error) {
	return store{s.db.View(ctx)}.sessionsOf(userID, s.now())
}

// RevokeOtherSessions ends every session of the viewer but that of the token.
func (s *Service) RevokeOtherSessions(ctx context.Context, viewer Viewer, keepToken string) error {
	now := s.now()
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).deleteSessionsOf(viewer.UserID, hashSecret(keepToken)); err != nil {
			return err
		}
		return Audit(tx, now, viewer, "user.sessions_ended", "user", viewer.UserID, "")
	})
}

// shorten cuts a text to at most n bytes at the border of a character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
