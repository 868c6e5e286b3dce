package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aftercall/internal/clock"
)

// A device token says that an account was logged in to from this browser before. It opens nothing: tries that bring it are counted
// apart from those of strangers, so that nobody who only knows an account's name can keep its owner out. It is signed, not stored.
const (
	// DeviceLife is how long a browser is known after a login.
	DeviceLife = 90 * 24 * time.Hour
	// devicesKept is for how many accounts one browser is known: shifts share desks.
	devicesKept = 8
)

// deviceID returns the id of the device token for a login among the tokens of a browser, or "" where none is good, and the others.
func (s *Service) deviceID(login, devices string, now clock.Instant) (id string, others []string) {
	tokens := strings.Split(devices, "~")
	for _, token := range tokens[:min(len(tokens), devicesKept)] {
		claimed, signature, _ := strings.Cut(token, ".")
		expires, sum, _ := strings.Cut(signature, ".")
		until, err := strconv.ParseInt(expires, 10, 64)
		switch {
		case err != nil || len(token) > 100 || until <= now.Time().Unix(): // over, or none of ours
		case hmac.Equal([]byte(sum), []byte(s.signDevice(login, claimed, until))):
			id = claimed
		default:
			others = append(others, token)
		}
	}
	return id, others
}

// newDevice returns the tokens of a browser with a new one for a login in front of the others.
func (s *Service) newDevice(login string, others []string, now clock.Instant) string {
	id, until := rand.Text(), now.Add(DeviceLife).Time().Unix()
	token := fmt.Sprintf("%s.%d.%s", id, until, s.signDevice(login, id, until))
	return strings.Join(slices.Insert(others[:min(len(others), devicesKept-1)], 0, token), "~")
}

func (s *Service) signDevice(login, id string, until int64) string {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "device:%s:%d:%s", id, until, hashSecret(login))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
