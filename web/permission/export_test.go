package permission

import "aftercall/internal/permission"

// What the tests of this area see of its inside.
const (
	HolidaysPath   = holidaysPath
	HoursPath      = hoursPath
	MaxListBody    = maxListBody
	PermissionPath = permissionPath
	StricterPath   = stricterPath
)

var (
	CapSettings  = capSettings
	DayFieldName = dayFieldName
)

// CapValue returns what a setting is in the caps.
func CapValue(s capSetting, caps *permission.Caps) int { return *s.number(caps) }
