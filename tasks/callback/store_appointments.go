package callback

import (
	"fmt"

	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/tasks/callback/outcome"
)

// ownAppointments counts the open appointments a caller keeps for themselves, without one callback.
func (s store) ownAppointments(callerID, without int64) (int, error) {
	n, err := database.CountUpTo(s.Tx, s.Gorm().Model(&Callback{}).
		Where("reserved_for = ? AND state IN ? AND appointment_at > 0 AND id <> ?", callerID, openStates, without), MaxRows)
	if err != nil {
		return 0, fmt.Errorf("count own appointments: %w", err)
	}
	return n, nil
}

// promised is how many appointments begin in a slot.
type promised struct {
	team int           // of a team
	by   map[int64]int // kept for one caller, by caller
}

// appointmentsIn counts the open appointments of a team that begin in the slots from one to another, without one callback.
func (s store) appointmentsIn(teamID int64, from, to clock.Instant, without int64) (map[clock.Instant]promised, error) {
	var rows []struct {
		AppointmentAt clock.Instant
		ReservedFor   int64
		Count         int
	}
	err := s.Gorm().Model(&Callback{}).Select("appointment_at, reserved_for, COUNT(*) AS count").
		Where("team_id = ? AND appointment_at >= ? AND appointment_at < ? AND state IN ? AND id <> ?",
			teamID, from, to.Add(outcome.Slot), openStates, without).
		Group("appointment_at, reserved_for").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count the appointments of team %d: %w", teamID, err)
	}
	slots := make(map[clock.Instant]promised, len(rows))
	for _, row := range rows {
		p := slots[slotOf(row.AppointmentAt)]
		if p.by == nil {
			p.by = map[int64]int{}
		}
		p.team += row.Count
		p.by[row.ReservedFor] += row.Count
		slots[slotOf(row.AppointmentAt)] = p
	}
	return slots, nil
}
