package courier

import (
	"context"
	"fmt"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
	"aftercall/tasks/handoff"
)

var (
	errNoLink = fault.New(fault.NotFound, "handoff_link_unknown", "there is no such link")
	errOver   = fault.New(fault.Conflict, "handoff_link_over", "this link works no more")
)

// Visit is what somebody with a link sees of the handoff: what the work needs, and no more.
type Visit struct {
	Sheet    handoff.Sheet
	Contact  Contact
	Phones   []string // of the customer, whole; show them only when somebody has claimed it
	Over     bool     // it was closed, or is another team's: there is nothing to do any more
	Language string
}

// ByToken returns what a link leads to. It changes nothing. It returns fault.NotFound for no link, and fault.Conflict
// (handoff_link_over) for one that expired or was revoked.
func (s *Service) ByToken(ctx context.Context, token string) (Visit, error) {
	tx := s.db.View(ctx)
	link, c, err := s.open(tx, token, s.now())
	if err != nil {
		return Visit{}, err
	}
	sheet, err := s.handoffs.ByID(ctx, handoff.ByLink(link.HandoffID, ""), link.HandoffID)
	if err != nil {
		return Visit{}, err
	}
	v := Visit{Sheet: sheet, Contact: c, Language: c.Language}
	v.Over = sheet.Handoff.State == handoff.Closed || sheet.Handoff.TeamID != c.TeamID
	if v.Over {
		return v, nil
	}
	addresses, err := contact.AddressesOf(tx, []int64{sheet.Handoff.CustomerID})
	if err != nil {
		return Visit{}, fmt.Errorf("read the customer's numbers: %w", err)
	}
	for _, a := range addresses[sheet.Handoff.CustomerID] {
		if a.Kind == contact.PhoneAddress {
			v.Phones = append(v.Phones, a.Normalised)
		}
	}
	return v, nil
}

func (s *Service) open(tx database.Tx, token string, now clock.Instant) (Link, Contact, error) {
	if len(token) != tokenLength {
		return Link{}, Contact{}, errNoLink
	}
	link, err := store{tx}.byHash(hashOf(token))
	if err != nil {
		return Link{}, Contact{}, err
	}
	c, err := store{tx}.contact(link.ContactID)
	if err == nil && (!link.RevokedAt.IsZero() || !c.EndedAt.IsZero() || link.ExpiresAt <= now) {
		err = errOver
	}
	return link, c, err
}

// By returns who acts by a link under the name they typed. It returns what ByToken does, fault.Conflict too where the handoff is another
// team's, and fault.Invalid: "name".
func (s *Service) By(ctx context.Context, token, name string) (by handoff.By, id int64, err error) {
	v, err := s.ByToken(ctx, token)
	if err != nil {
		return handoff.By{}, 0, err
	}
	if v.Over {
		return handoff.By{}, 0, errOver
	}
	name = text.Name(name)
	var wrong fault.Problems
	if name == "" {
		wrong.Refuse("name", "required", "is required", "")
	}
	if wrong.Limit("name", name, maxName); len(wrong) > 0 {
		return handoff.By{}, 0, fault.InvalidFields(wrong...)
	}
	id = v.Sheet.Handoff.ID
	return handoff.ByLink(id, name), id, nil
}

// LinkRow is a link with whom it was sent to.
type LinkRow struct {
	Link
	Contact Contact
}

// Links returns the links of a handoff, the newest first.
func (s *Service) Links(ctx context.Context, viewer account.Viewer, handoffID int64) ([]LinkRow, error) {
	if _, err := s.handoffs.ByID(ctx, handoff.ByUser(viewer), handoffID); err != nil {
		return nil, err
	}
	st := store{s.db.View(ctx)}
	links, err := st.linksOf(handoffID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(links))
	for i, link := range links {
		ids[i] = link.ContactID
	}
	contacts, err := st.contactsByID(ids)
	rows := make([]LinkRow, len(links))
	for i, link := range links {
		rows[i] = LinkRow{Link: link, Contact: contacts[link.ContactID]}
	}
	return rows, err
}

// Revoke ends the links of a handoff: whoever has one gets no further by it. It returns fault.NotFound for a handoff the viewer does not
// see, and fault.Forbidden for who is no supervisor.
func (s *Service) Revoke(ctx context.Context, viewer account.Viewer, handoffID int64) error {
	if _, err := s.handoffs.ByID(ctx, handoff.ByUser(viewer), handoffID); err != nil {
		return err
	}
	if !viewer.Is(account.Supervisor) {
		return errRight
	}
	now := s.now()
	err := s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := (store{tx}).revoke(handoffID, now, viewer.UserID); err != nil {
			return err
		}
		return account.Audit(tx, now, viewer, "handoff.links_revoked", "handoff", handoffID, "")
	})
	if err != nil {
		return fmt.Errorf("revoke the links of handoff %d: %w", handoffID, err)
	}
	return nil
}
