package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// How often a password may be wrong within a window before the next try has to wait.
const (
	triesWindow    = 15 * time.Minute
	triesPerDevice = 10  // where the account has logged in before: see devices.go
	triesPerPair   = 10  // for one account from one strange address
	triesPerLogin  = 100 // for one account from all strange addresses together
	triesPerIP     = 100 // from one strange address for whatever account: a whole centre may share it
)

// loginTries counts the tries at passwords under one key since an instant. Keys are hashes: people type passwords into the wrong
// field. A row is worth nothing once its window is over: each try clears some of those away, and Prune the rest.
type loginTries struct {
	TryKey string `gorm:"primaryKey"`
	Count  int
	Since  clock.Instant
}

// TableName names the table.
func (loginTries) TableName() string { return "login_tries" }

// counted is one key under which tries are counted, with its limit. The first key of a try is its own: a right password sets it
// back to nothing. The other keys count for many people: a right password takes only this one try off them.
type counted struct {
	key   string
	limit int
}

// strangeTry counts a try from a browser the account has not logged in from. Anybody can make such tries for anybody's account.
// The limits are set so that a stranger is soon slowed down at their own address, and others only after tries from many
// addresses.
func strangeTry(login, ip string) []counted {
	network := networkOf(ip)
	return []counted{
		{hashSecret("login:" + login + "@" + network), triesPerPair},
		{hashSecret("login:" + login), triesPerLogin},
		{hashSecret("ip:" + network), triesPerIP},
	}
}

// deviceTry counts a try from a browser that logged in before, under a key of its own: no stranger can make its user wait.
func deviceTry(id string) []counted { return []counted{{hashSecret("device:" + id), triesPerDevice}} }

// networkOf returns what stands for the other end of a connection: the address, or the 64 bits of an IPv6 address that a provider
// gives to one customer, who can write from any address in it.
func networkOf(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}

// beginTry counts a try before the password is looked at, so that many at once are all counted, and takes a place in the line of
// those whose password is looked at; call leave afterwards. A try that has to wait is not counted and writes nothing. It returns
// fault.TooMany with the time to wait, and fault.Unavailable where the line is full.
func (s *Service) beginTry(ctx context.Context, keys []counted, line chan struct{}, now clock.Instant) (leave func(), err error) {
	if err := (store{s.db.View(ctx)}).mayTry(keys, now); err != nil {
		return nil, err
	}
	if leave, err = s.passwords.enter(line); err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		st := store{tx}
		for _, k := range keys {
			tries, err := st.countTry(k.key, now)
			if err != nil {
				return err
			}
			if tries.Count > k.limit { // others came between the glance above and now
				return throttled(tries, now)
			}
		}
		_, err := st.deleteTriesOver(now, 4*len(keys)) // faster than they are made
		return err
	})
	if err != nil {
		leave()
		return nil, fmt.Errorf("count a login try: %w", err)
	}
	return leave, nil
}

func throttled(tries loginTries, now clock.Instant) error {
	until := tries.Since.Add(triesWindow)
	wait := until.Sub(now)
	minutes := int((wait + time.Minute - 1) / time.Minute)
	from := clock.At(until.Time().Add(time.Minute - 1).Truncate(time.Minute)) // people are told a time without seconds
	return fault.New(fault.TooMany, "login_throttled", fmt.Sprintf("too many wrong passwords: wait %d minutes", minutes)).
		With("minutes", minutes).With("from", from).RetryIn(wait)
}

// Prune deletes expired sessions, links and old counts of tries, and the audit of more than two years ago, in
// transactions that are short enough to hold nobody up.
func (s *Service) Prune(ctx context.Context) error {
	now, atOnce := s.now(), s.db.RowsPerTx()
	for _, prune := range []func(store) (int, error){
		func(st store) (int, error) { return st.deleteTriesOver(now, atOnce) },
		func(st store) (int, error) { return st.deleteExpiredSessions(now, atOnce) },
		func(st store) (int, error) { return st.deleteLinksOver(now, atOnce) },
		func(st store) (int, error) { return st.deleteAuditBefore(now.Add(-AuditLife), atOnce) },
	} {
		for deleted := atOnce; deleted == atOnce; {
			err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
				deleted, err = prune(store{tx})
				return err
			})
			if err != nil {
				return fmt.Errorf("prune logins: %w", err)
			}
		}
	}
	return nil
}
