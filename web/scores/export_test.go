package scores

// What the tests of this area see of its inside.
var (
	FilterDimensions = filterDimensions
	ScorePeriods     = scorePeriods
	ShownMetrics     = shownMetrics
)
