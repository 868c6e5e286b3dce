package missed

import (
	"fmt"

	"gorm.io/gorm"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
)

// store is a transaction on the table of texts.
type store struct{ database.Tx }

var errNoText = fault.New(fault.NotFound, "text_unknown", "there is no such text")

func (s store) text(id int64) (Text, error) {
	return database.One[Text](s.Gorm().Where("id = ?", id), "text after a missed call", errNoText)
}

// told reports whether the callback of a text has one, whatever became of its attempt, or the call of it: an attempt of the same person
// under the same claim.
func (s store) told(t Text, fence int64) (bool, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Text{}).
		Where("callback_id = ? OR person_id = ? AND attempt_id IN (SELECT id FROM attempts WHERE person_id = ? AND fence = ?)",
			t.CallbackID, t.PersonID, t.PersonID, fence), 1)
	if err != nil {
		return false, fmt.Errorf("look for the text of a call: %w", err)
	}
	return n > 0, nil
}

func (s store) add(t *Text) error {
	if err := s.Gorm().Create(t).Error; err != nil {
		return fmt.Errorf("add the text after attempt %d: %w", t.AttemptID, err)
	}
	return nil
}

// put writes what the life of a text changes.
func (s store) put(t Text) error {
	err := s.Gorm().Model(&t).Select("state", "reason", "language", "token_hash", "sent_at").Updates(&t).Error
	if err != nil {
		return fmt.Errorf("write text %d: %w", t.ID, err)
	}
	return nil
}

func (s store) unsettledAfter(id int64, limit int) (texts []Text, err error) {
	err = s.Gorm().Where("state IN ? AND id > ?", []State{Planned, Sending}, id).Order("id").Limit(limit).Find(&texts).Error
	if err != nil {
		return nil, fmt.Errorf("read the texts on their way: %w", err)
	}
	return texts, nil
}

// byToken returns the text whose link has a hash, and whether there is one.
func (s store) byToken(hash string) (t Text, found bool, err error) {
	t, err = database.One[Text](s.Gorm().Where("token_hash = ?", hash), "text after a missed call", errNoText)
	if fault.Is(err, fault.NotFound) {
		return Text{}, false, nil
	}
	return t, err == nil, err
}

func (s store) byIDs(ids []int64) ([]Text, error) {
	return database.In[Text](ids, "texts after missed calls", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
}

// ofContact returns the texts about a contact.
func (s store) ofContact(contactID int64) (texts []Text, err error) {
	err = s.Gorm().Joins("JOIN callbacks ON callbacks.id = missed_texts.callback_id").Where("callbacks.contact_id = ?", contactID).
		Order("missed_texts.id DESC").Limit(maxEvents).Find(&texts).Error
	if err != nil {
		return nil, fmt.Errorf("read the texts about contact %d: %w", contactID, err)
	}
	return texts, nil
}

// past returns the texts that tell something in a stretch of the past. There is one of a callback at most.
func (s store) past(p contact.Past) ([]Text, error) {
	ids, err := p.Latest(s.Tx, "missed_texts.id", func() *gorm.DB {
		return callback.OfCustomers(s.Tx, p).Joins("JOIN missed_texts ON missed_texts.callback_id = callbacks.id")
	}, database.Moment{Column: "missed_texts.sent_at", When: "missed_texts.state = ?", Args: []any{Sent}},
		database.Moment{Column: "missed_texts.created_at", When: "missed_texts.state <> ?", Args: []any{Sent}})
	if err != nil {
		return nil, err
	}
	return s.byIDs(ids)
}
