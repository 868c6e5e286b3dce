package taskstest

import (
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
)

// Caller is a caller without teams.
func Caller(id int64) account.Viewer {
	return account.Viewer{UserID: id, Name: fmt.Sprintf("caller %d", id), Role: account.Caller}
}

// Severe is a contact resolved ten minutes ago that gets a callback and a survey. Each number is another person.
func Severe(number int) contact.Input {
	return contact.Input{
		ExternalID: fmt.Sprintf("T-%d", number), Status: contact.Resolved, ResolvedAt: Morning.Add(-10 * time.Minute),
		Channel: contact.Phone, Category: "宽带报修", Product: "宽带", Severity: contact.High,
		Customer: contact.InputCustomer{
			Reference: fmt.Sprintf("C-%d", number), Name: fmt.Sprintf("客户%d", number),
			Phones: []string{fmt.Sprintf("1391234%04d", number)},
			Emails: []string{fmt.Sprintf("c%d@example.com", number)}, Zone: "Asia/Shanghai",
		},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "二线"}},
	}
}

// Severes are severe contacts of n persons.
func Severes(n int) []contact.Input {
	batch := make([]contact.Input, n)
	for i := range batch {
		batch[i] = Severe(i + 1)
	}
	return batch
}

// Supervisor sees all teams.
var Supervisor = account.Viewer{UserID: 900, Role: account.Supervisor}

// Admin may do everything.
var Admin = account.Viewer{UserID: 1, Role: account.Admin}
