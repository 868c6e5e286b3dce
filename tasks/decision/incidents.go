package decision

import (
	"cmp"
	"slices"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/tie"
	"aftercall/tasks/callback"
	"aftercall/tasks/policy"
)

// Incidents knows which resolutions belong to an outage that is under way. Package incident implements it: this package does not import it.
type Incidents interface {
	// Tie ties those of the contacts that were just resolved to the incidents whose rules match them. Call it first in the transaction
	// that plans their follow-up, so that what is planned waits.
	Tie(tx database.Tx, resolutions []contact.Resolution, now clock.Instant) error
}

// Tying lets incidents hold what is planned from now on. It is called before the service is used.
func (s *Service) Tying(incidents Incidents) { s.incidents = incidents }

// tie asks the incidents about resolutions whose follow-up is about to be planned.
func (s *Service) tie(tx database.Tx, resolutions []contact.Resolution, now clock.Instant) error {
	if s.incidents == nil || len(resolutions) == 0 {
		return nil
	}
	return s.incidents.Tie(tx, resolutions, now)
}

// ReleaseSurveys lets the planned surveys about contacts be sent that no incident holds any more; each group is the contacts of one person.
// With one, a person is asked once: about what was resolved last, and the other surveys are superseded. A survey that has gone out is the
// one, then. It returns how many are still to be sent and how many not.
func (s *Service) ReleaseSurveys(tx database.Tx, groups [][]int64, one bool, now clock.Instant) (kept, superseded int, err error) {
	planned, err := store{tx}.surveysToSend(slices.Concat(groups...))
	if err != nil {
		return 0, 0, err
	}
	for _, group := range groups {
		mine := slices.DeleteFunc(slices.Clone(planned), func(d Decision) bool { return !slices.Contains(group, d.ContactID) })
		slices.SortFunc(mine, func(a, b Decision) int {
			return cmp.Or(cmp.Compare(b.ResolvedAt, a.ResolvedAt), cmp.Compare(b.ID, a.ID))
		})
		if one && len(mine) > 1 {
			superseded += len(mine) - 1
			if err := s.giveUpSurveys(tx, mine[1:], policy.Reason(callback.ReasonSuperseded), now); err != nil {
				return 0, 0, err
			}
			mine = mine[:1]
		}
		kept += len(mine)
		for _, d := range mine {
			if err := s.releaseSurvey(tx, d, now); err != nil {
				return 0, 0, err
			}
		}
	}
	return kept, superseded, nil
}

// releaseSurvey wakes the job of a survey that an incident put off.
func (s *Service) releaseSurvey(tx database.Tx, d Decision, now clock.Instant) error {
	if d.WaitReason != policy.Reason(tie.Reason) {
		return nil // its time has not come yet
	}
	moved, err := outbox.Reschedule(tx, now, JobSendSurvey, d.ID, now)
	if err != nil || !moved {
		return err
	}
	return store{tx}.putOffDecision(d.ID, now, "")
}

// CountSurveys counts the surveys about contacts that are still to be sent.
func CountSurveys(tx database.Tx, contactIDs []int64) (int, error) {
	planned, err := store{tx}.surveysToSend(contactIDs)
	return len(planned), err
}
