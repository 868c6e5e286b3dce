package flow

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback/missed"
)

// textMissed carries the text after a missed call to the customer, if it is still wanted and allowed: sent once.
func (s *Service) textMissed(ctx context.Context, ticket outbox.Ticket, textID int64) error {
	out, send, err := s.Missed.Begin(ctx, ticket, textID)
	if err != nil || !send {
		return err
	}
	_, sendErr := s.send(ctx, delivery.Message{
		ID: out.MessageID, Channel: permission.BySMS, To: out.To, Language: out.Language, Text: out.Text, OptOutURL: out.OptOutURL,
	})
	return s.tell(ctx, func(ctx context.Context) error { return s.Missed.Sent(ctx, out.Ticket, out.TextID, sendErr) })
}

// MissedTexts tells survey whose the links in texts after missed calls are. It keeps nothing.
type MissedTexts struct{}

var _ survey.Texts = MissedTexts{}

// OfToken implements survey.Texts.
func (MissedTexts) OfToken(tx database.Tx, hash string) (survey.LinkedText, bool, error) {
	t, found, err := missed.ByToken(tx, hash)
	return linked(t), found, err
}

// ByID implements survey.Texts.
func (MissedTexts) ByID(tx database.Tx, ids []int64) (map[int64]survey.LinkedText, error) {
	found, err := missed.ByID(tx, ids)
	texts := make(map[int64]survey.LinkedText, len(found))
	for id, t := range found {
		texts[id] = linked(t)
	}
	return texts, err
}

func linked(t missed.Linked) survey.LinkedText {
	return survey.LinkedText{ID: t.ID, CustomerID: t.CustomerID, Line: t.Line, Language: t.Language}
}

// leftTexts is survey.LeftInvitations for texts after missed calls.
func leftTexts(tx database.Tx, now clock.Instant, after survey.Left, limit int) ([]survey.Left, error) {
	texts, err := missed.LeftTexts(tx, now, after.ID, limit)
	left := make([]survey.Left, len(texts))
	for i, t := range texts {
		left[i] = survey.Left{ID: t.ID, Ref: t.ID, Over: t.Over}
	}
	return left, err
}
