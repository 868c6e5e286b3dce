// Package hours says when a customer may be called: where they may be, the profile of each region and class of call, special days,
// and the hard limits of the law that no profile widens. It is pure: it reads no database and knows nothing of consent or caps. Package
// permission asks it for calls and text messages, and keeps a Timetable in its rules; pages edit one.
package hours

// Timetable is when calls may be made. It is a part of the rules on contact: a published one never changes.
type Timetable struct {
	Profiles []Profile `json:"profiles"` // calling hours
	Calendar []Holiday `json:"calendar"` // by region and day
}
