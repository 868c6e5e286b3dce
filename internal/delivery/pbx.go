package delivery

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// PBX asks for calls over HTTP, as the settings of the centre say. Whatever takes such a request can be asked: a PBX with an HTTP
// interface, or a small program before one that has none.
type PBX struct {
	db  *database.DB
	key []byte
	now clock.Now
}

// NewPBX returns the dialer of a centre. The key is the installation's: it seals the secret.
func NewPBX(db *database.DB, key []byte, now clock.Now) *PBX { return &PBX{db: db, key: key, now: now} }

// Call is a call that a PBX is asked for.
type Call struct {
	CallID            string // the same for every try of one attempt
	CallbackID        int64
	Number            string // of the customer, in E.164
	CustomerExtension string
	Extension         string // of the caller's own telephone, which rings first
}

// The ways in which a call is not made.
var (
	errNoExtension = fault.New(fault.Conflict, "pbx_no_extension",
		"the PBX needs the extension of your telephone: set it on the page of your account")
	errNotAllowed = fault.New(fault.Conflict, "pbx_not_allowed", "the PBX is on the local network and not on the list of allowed hosts")
	errRedirects  = fault.New(fault.Conflict, "pbx_redirects",
		"the PBX answers with a redirect, which is not followed: set the address it leads to")
	errRefused    = fault.New(fault.Conflict, "pbx_refused", "the PBX refused the call")
	errFailed     = fault.New(fault.Unavailable, "pbx_failed", "the PBX failed")
	errSecretLost = fault.New(fault.Conflict, "pbx_secret_lost", "the secret of the PBX cannot be read with this key: enter it again")
	errPBXOff     = fault.New(fault.Conflict, "pbx_off", "calls through the PBX are switched off")
)

// Dial asks the PBX for a call. It reports false, without an error, where none is switched on. It returns fault.Unavailable when the PBX
// cannot be reached or fails, and fault.Conflict when it says no, may not be asked, or lacks the caller's extension.
func (p *PBX) Dial(ctx context.Context, call Call) (asked bool, err error) {
	kept, err := keptSettings(p.db.View(ctx))
	if err != nil || !kept.On {
		return false, err
	}
	return true, p.ask(ctx, kept, call)
}

// Try asks the PBX for a call to a number, so that an administrator sees whether the settings work. It fails as Dial does, with
// fault.Conflict where the PBX is switched off.
func (p *PBX) Try(ctx context.Context, viewer account.Viewer, number string) error {
	if viewer.Role != account.Admin {
		return errMayNotSetPBX
	}
	now := p.now()
	var kept keptPBX
	var extension string
	err := p.db.InTx(ctx, func(_ context.Context, tx database.Tx) (err error) {
		if kept, err = keptSettings(tx); err != nil {
			return err
		}
		if !kept.On {
			return errPBXOff
		}
		if extension, err = account.ExtensionOf(tx, viewer.UserID); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "dialer.tried", "setting", 0, "")
	})
	if err != nil {
		return err
	}
	return p.ask(ctx, kept, Call{CallID: "test", Number: number, Extension: extension})
}

func (p *PBX) ask(ctx context.Context, kept keptPBX, call Call) error {
	if call.Extension == "" && kept.needsExtension() {
		return errNoExtension
	}
	secret := ""
	if kept.Sealed != "" {
		var err error
		if secret, err = unseal(p.key, pbxPurpose, kept.Sealed); err != nil {
			return fault.Wrap(err, fault.Conflict, errSecretLost.Code, errSecretLost.Message)
		}
	}
	hosts, wrong := readAllowed(kept.Hosts)
	if wrong != "" {
		return errNotAllowed
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request, err := kept.request(ctx, call, secret, p.now())
	if err != nil {
		return fault.Wrap(withoutAddress(err), fault.Conflict, errRefused.Code, errRefused.Message)
	}
	return answerOf(hosts.client().Do(request)) //nolint:bodyclose // answerOf closes it
}

// needsExtension reports whether a request names the caller's telephone.
func (s PBXSettings) needsExtension() bool {
	return strings.Contains(s.URL+s.Headers+s.Body, "{extension}")
}

// answerOf turns the answer of a PBX into what it means. What the PBX wrote is read up to a limit and thrown away: it may hold anything.
func answerOf(response *http.Response, err error) error {
	if errors.Is(err, errGuarded) {
		return errNotAllowed
	}
	if err != nil {
		return fault.Wrap(withoutAddress(err), fault.Unavailable, "pbx_unreachable", "the PBX cannot be reached")
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	switch status := response.StatusCode; {
	case status >= 500:
		return errFailed.With("status", status)
	case status >= 400:
		return errRefused.With("status", status)
	case status >= 300:
		return errRedirects
	}
	return nil
}

// withoutAddress takes the address out of an error of HTTP: it holds the customer's number.
func withoutAddress(err error) error {
	if inURL := (*url.Error)(nil); errors.As(err, &inURL) {
		return inURL.Err
	}
	return errors.New("the request could not be made")
}

// Link returns the address by which a caller's own telephone dials a number in E.164, with its extension after a comma.
func (p *PBX) Link(ctx context.Context, phone string) (string, error) {
	kept, err := keptSettings(p.db.View(ctx))
	if err != nil {
		return "", err
	}
	if kept.Link == "sip" {
		number, _, _ := strings.Cut(phone, ",")
		return "sip:" + number + "@" + kept.Domain, nil
	}
	return "tel:" + phone, nil
}
