package handoff

import (
	"context"
	"strconv"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Every act takes the version of the handoff that was seen. It returns fault.NotFound for a handoff they do not see, fault.Forbidden for
// one that is not theirs to do that with, and fault.Conflict when it changed since (handoff_stale) or is not in a state for that
// (handoff_state).

// Claim makes somebody its owner. A supervisor may take it from another.
func (s *Service) Claim(ctx context.Context, by By, id, seen int64) (Handoff, error) {
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Claim }, func(_ database.Tx, h *Handoff, _ clock.Instant) (Entry, error) {
		h.take(by)
		return Entry{Act: ActClaimed}, nil
	})
}

func (h *Handoff) take(by By) { h.State, h.OwnerID, h.OwnerName = Taken, by.UserID, by.Name }

func (h *Handoff) free() { h.State, h.OwnerID, h.OwnerName = Open, 0, "" }

// owned returns the state of a handoff at whose owner's hands it is, if it has one.
func (h *Handoff) owned() State {
	if h.OwnerID != 0 || h.OwnerName != "" {
		return Taken
	}
	return Open
}

// Release makes it anybody's of its team again.
func (s *Service) Release(ctx context.Context, by By, id, seen int64) (Handoff, error) {
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Release }, func(_ database.Tx, h *Handoff, _ clock.Instant) (Entry, error) {
		h.free()
		return Entry{Act: ActReleased}, nil
	})
}

// Answer is a reply: what was done, for the caller to tell the customer.
type Answer struct {
	Words  string
	Remedy Remedy
	Links  []string // https addresses, at most MaxLinks
}

// Reply writes what was done. The customer is called a second time. It returns fault.Invalid too: "words", "remedy", "links".
func (s *Service) Reply(ctx context.Context, by By, id, seen int64, a Answer) (Handoff, error) {
	written, err := words(a.Words)
	if err != nil {
		return Handoff{}, err
	}
	links, err := encodeLinks(a.Links)
	if err != nil {
		return Handoff{}, err
	}
	var wrong fault.Problems
	if fault.OneOf(&wrong, "remedy", a.Remedy, Remedies()); len(wrong) > 0 {
		return Handoff{}, fault.InvalidFields(wrong...)
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Reply }, func(_ database.Tx, h *Handoff, now clock.Instant) (Entry, error) {
		if h.State != Taken {
			h.take(by) // who replies owns it
		}
		h.State, h.Reply, h.Remedy, h.RepliedBy, h.RepliedAt, h.Question, h.Mistake = Replied, written, a.Remedy, by.UserID, now, "", ""
		h.ReplyLinks = links
		return Entry{Act: ActReplied, Code: string(a.Remedy), Words: written}, nil
	})
}

// Forwarding sends a handoff on to another team.
type Forwarding struct {
	TeamID  int64
	Words   string
	Wrongly bool // it should never have come to this team: 误派, counted of who opened it
}

// Forward gives it to another team, whose it is from now on; the deadline stays. It returns fault.Invalid too: "team", "words".
func (s *Service) Forward(ctx context.Context, by By, id, seen int64, to Forwarding) (Handoff, error) {
	written, err := words(to.Words)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Forward },
		func(tx database.Tx, h *Handoff, now clock.Instant) (Entry, error) {
			if err := knownTeam(tx, to.TeamID); err != nil {
				return Entry{}, err
			}
			if to.TeamID == h.TeamID {
				return Entry{}, fault.InvalidFields(fault.Field{Name: "team", Code: "handoff_same_team", Problem: "has it already"})
			}
			e := Entry{Act: ActForwarded, TeamID: to.TeamID, Words: written}
			if to.Wrongly {
				e.Code, e.ForUserID = string(SentWrongly), h.ForCaller
			}
			if err := s.resume(tx, h, now); err != nil {
				return Entry{}, err
			}
			h.TeamID, h.Question, h.Mistake = to.TeamID, "", ""
			h.free()
			return e, nil
		})
}

// Ask asks the caller, who knows what the customer said. The clock goes on. It returns fault.Invalid too: "words".
func (s *Service) Ask(ctx context.Context, by By, id, seen int64, question string) (Handoff, error) {
	written, err := words(question)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Ask }, func(_ database.Tx, h *Handoff, _ clock.Instant) (Entry, error) {
		h.State, h.Question, h.Mistake = Asked, written, ""
		return Entry{Act: ActAsked, ForUserID: h.ForCaller, Words: written}, nil
	})
}

// SendBack sends it back to the caller as filled in or sent wrongly; it is counted. It returns fault.Invalid too: "mistake", "words".
func (s *Service) SendBack(ctx context.Context, by By, id, seen int64, mistake Mistake, why string) (Handoff, error) {
	var wrong fault.Problems
	if fault.OneOf(&wrong, "mistake", mistake, Mistakes()); len(wrong) > 0 {
		return Handoff{}, fault.InvalidFields(wrong...)
	}
	written, err := words(why)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.SendBack },
		func(_ database.Tx, h *Handoff, _ clock.Instant) (Entry, error) {
			h.State, h.Question, h.Mistake = Asked, written, mistake
			return Entry{Act: ActSentBack, Code: string(mistake), TeamID: h.FromTeamID, ForUserID: h.ForCaller, Words: written}, nil
		})
}

// Answer answers what the caller was asked, and sends it to another team where teamID is not 0. It returns fault.Invalid too: "words",
// "team".
func (s *Service) Answer(ctx context.Context, by By, id, seen int64, answer string, teamID int64) (Handoff, error) {
	written, err := words(answer)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Answer }, func(tx database.Tx, h *Handoff, _ clock.Instant) (Entry, error) {
		e := Entry{Act: ActAnswered, Words: written}
		h.State, h.Question, h.Mistake = h.owned(), "", ""
		if teamID != 0 && teamID != h.TeamID {
			if err := knownTeam(tx, teamID); err != nil {
				return Entry{}, err
			}
			h.TeamID, e.TeamID = teamID, teamID
			h.free()
		}
		return e, nil
	})
}

// Weigh gives it another severity, and with it another deadline, reckoned from when it was opened. It returns fault.Invalid too:
// "severity", "words".
func (s *Service) Weigh(ctx context.Context, by By, id, seen int64, severity Severity, why string) (Handoff, error) {
	if severity < Urgent || severity > Ordinary {
		return Handoff{}, fault.InvalidFields(fault.Field{Name: "severity", Code: "choose", Problem: "choose how much it weighs"})
	}
	written, err := words(why)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Weigh },
		func(tx database.Tx, h *Handoff, _ clock.Instant) (Entry, error) {
			terms, err := termsOf(tx, h.TeamID)
			if err != nil {
				return Entry{}, err
			}
			h.Severity = severity
			h.due(s.clockOf(terms), terms.Span(severity), h.CreatedAt)
			return Entry{Act: ActWeighed, Code: strconv.Itoa(int(severity)), Words: written}, nil
		})
}

// Remark adds words to the log. It returns fault.Invalid too: "words".
func (s *Service) Remark(ctx context.Context, by By, id, seen int64, remark string) (Handoff, error) {
	written, err := words(remark)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return m.Remark }, func(_ database.Tx, _ *Handoff, _ clock.Instant) (Entry, error) {
		return Entry{Act: ActRemarked, Words: written}, nil
	})
}

// Close closes it by hand with one of the results of May.Close, and why. It returns fault.Invalid too: "result", "words".
func (s *Service) Close(ctx context.Context, by By, id, seen int64, result Result, why string) (Handoff, error) {
	written, err := words(why)
	if err != nil {
		return Handoff{}, err
	}
	return s.act(ctx, by, id, seen, func(m May) bool { return len(m.Close) > 0 },
		func(tx database.Tx, h *Handoff, now clock.Instant) (Entry, error) {
			var wrong fault.Problems
			if fault.OneOf(&wrong, "result", result, h.closable(by)); len(wrong) > 0 {
				return Entry{}, fault.InvalidFields(wrong...)
			}
			if by.works(h) && !by.supervises(h) {
				if err := s.tellSupervisors(tx, h, NoticeClosed, now); err != nil {
					return Entry{}, err
				}
			}
			h.close(result, now)
			return Entry{Act: ActClosed, Code: string(result), TeamID: h.FromTeamID, ForUserID: h.ForCaller, Words: written}, nil
		})
}

func (h *Handoff) close(result Result, now clock.Instant) {
	h.State, h.Result, h.OpenKey, h.ClosedAt, h.Question, h.Mistake = Closed, result, nil, now, "", ""
}
