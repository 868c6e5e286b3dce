package flow

import (
	"context"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/delivery"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/incident"
)

// seeBursts looks for bursts of contacts.
func (s *Service) seeBursts(ctx context.Context, ticket outbox.Ticket, _ int64) error {
	return s.Incidents.Bursts(ctx, ticket)
}

// noticeIncident carries the notice of an incident to a customer, if it is still wanted and allowed: sent once.
func (s *Service) noticeIncident(ctx context.Context, ticket outbox.Ticket, noticeID int64) error {
	out, send, err := s.Incidents.BeginNotice(ctx, ticket, noticeID)
	if err != nil || !send {
		return err
	}
	_, sendErr := s.send(ctx, delivery.Message{
		ID: out.MessageID, Channel: out.Channel, To: out.To, Language: out.Language, Subject: out.Subject, Text: out.Text,
		OptOutURL: out.OptOutURL,
	})
	return s.tell(ctx, func(ctx context.Context) error { return s.Incidents.NoticeSent(ctx, out.Ticket, out.NoticeID, sendErr) })
}

// IncidentNotices tells survey whose the links in notices of incidents are. It keeps nothing.
type IncidentNotices struct{}

var _ survey.Texts = IncidentNotices{}

// OfToken implements survey.Texts.
func (IncidentNotices) OfToken(tx database.Tx, hash string) (survey.LinkedText, bool, error) {
	n, found, err := incident.NoticeByToken(tx, hash)
	return noticed(n), found, err
}

// ByID implements survey.Texts.
func (IncidentNotices) ByID(tx database.Tx, ids []int64) (map[int64]survey.LinkedText, error) {
	found, err := incident.NoticesByID(tx, ids)
	texts := make(map[int64]survey.LinkedText, len(found))
	for _, n := range found {
		texts[n.ID] = noticed(n)
	}
	return texts, err
}

func noticed(n incident.Notice) survey.LinkedText {
	return survey.LinkedText{ID: n.ID, CustomerID: n.CustomerID, Language: n.Language}
}

// leftNotices is survey.LeftInvitations for notices of incidents.
func leftNotices(tx database.Tx, now clock.Instant, after survey.Left, limit int) ([]survey.Left, error) {
	notices, err := incident.LeftNotices(tx, now, after.ID, limit)
	left := make([]survey.Left, len(notices))
	for i, n := range notices {
		left[i] = survey.Left{ID: n.ID, Ref: n.ID, Over: n.Over}
	}
	return left, err
}
