package figures

import "strconv"

// Dimension is what a figure can be broken down by, or filtered on.
type Dimension string

// The dimensions. Every one of them has daily roll-ups.
const (
	All      Dimension = "all"
	Source   Dimension = "source"   // member: id of the source
	Agent    Dimension = "agent"    // member: id of the agent
	Team     Dimension = "team"     // member: id of the team
	Channel  Dimension = "channel"  // member: the code
	Category Dimension = "category" // member: as the source writes it
	Product  Dimension = "product"  // member: as the source writes it
	Severity Dimension = "severity" // member: the code
)

// allDimensions returns every dimension, All first.
func allDimensions() []Dimension {
	return []Dimension{All, Source, Agent, Team, Channel, Category, Product, Severity}
}

// Named reports whether the dimension's members are ids that somebody has to look up a name for.
func (d Dimension) Named() bool { return d == Source || d == Agent || d == Team }

// IDMember writes an id as a member of a named dimension.
func IDMember(id int64) string { return strconv.FormatInt(id, 10) }

// member returns where the entry's dimensions stand on d. An unknown agent, team or source is "0", an unknown text "":
// they are members like the others, so that a breakdown always sums to its total.
func (d Dimension) member(of Dimensions) string {
	switch d {
	case Source:
		return IDMember(of.SourceID)
	case Agent:
		return IDMember(of.AgentID)
	case Team:
		return IDMember(of.TeamID)
	case Channel:
		return of.Channel
	case Category:
		return of.Category
	case Product:
		return of.Product
	case Severity:
		return of.Severity
	case All:
	}
	return ""
}

// Column is the dimension's column in score_entries and in every table with Dimensions; All and what is no dimension have none.
func (d Dimension) Column() string {
	switch {
	case d == All || !d.valid():
		return ""
	case d.Named():
		return string(d) + "_id"
	}
	return string(d)
}

// valid reports whether d is a dimension.
func (d Dimension) valid() bool {
	for _, known := range allDimensions() {
		if d == known {
			return true
		}
	}
	return false
}
