package api

// What the tests of this area see of its inside.
const MaxIntakeLines = maxIntakeLines

const (
	MaxLineBytes   = maxLineBytes
	MaxIntakeBytes = maxIntakeBytes
)

type (
	CheckReply   = checkReply
	ContactTaken = contactTaken
	ContactView  = contactView
)
