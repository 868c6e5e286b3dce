package handoff

import (
	"slices"

	"aftercall/internal/account"
	"aftercall/internal/text"
)

// By is who acts: a user or a machine, or somebody with the link of one handoff, who never logs in.
type By struct {
	account.Viewer
	Link int64  // the handoff whose link they have; 0: a user
	Name string // as they typed it
}

// ByUser is a user or a machine.
func ByUser(viewer account.Viewer) By { return By{Viewer: viewer} }

// ByLink is somebody with the link of a handoff, by the name they typed, of which so much is kept as fits a name.
func ByLink(handoffID int64, name string) By {
	return By{Link: handoffID, Name: text.Name(text.Cut(text.Name(name), maxName))}
}

// maxName is how long a typed name may be, in characters.
const maxName = 40

// program is the program itself: time, a customer, a source.
var program = By{}

// sees reports whether they may read a handoff: administrators all, supervisors those of the teams they see, whether they owe the reply or
// opened it, handlers those their teams owe, callers those they opened or call about, a machine those of its source.
func (by By) sees(h *Handoff) bool {
	if by.Link != 0 {
		return by.Link == h.ID
	}
	switch by.Role {
	case account.Admin:
		return true
	case account.Supervisor:
		return by.SeesTeam(h.TeamID) || by.SeesTeam(h.FromTeamID)
	case account.Handler:
		return by.SeesTeam(h.TeamID)
	case account.Caller:
		return by.UserID == h.ForCaller || by.UserID == h.OpenedBy
	case account.Machine:
		return by.SourceID == h.SourceID
	case account.Marketing:
	}
	return false
}

// works reports whether they may do what the owing team does.
func (by By) works(h *Handoff) bool {
	return by.sees(h) && (by.Link != 0 || by.Role == account.Machine || by.Is(account.Handler, account.Supervisor))
}

// calls reports whether they are the caller who made the first call, or stand in for them.
func (by By) calls(h *Handoff) bool {
	own := by.UserID != 0 && (by.UserID == h.ForCaller || by.UserID == h.OpenedBy)
	return by.sees(h) && by.Link == 0 && (own || by.Is(account.Supervisor))
}

// supervises reports whether they may decide over it.
func (by By) supervises(h *Handoff) bool {
	return by.sees(h) && by.Link == 0 && by.Is(account.Supervisor)
}

// May is what a viewer may do with a handoff as it is now.
type May struct {
	Claim, Release, Reply, Forward, Ask, SendBack, Answer, Suspend, Resume, Weigh, Remark bool

	// Close is with what they may close it; none: they may not.
	Close []Result
}

// may returns what somebody may do with a handoff.
func (h *Handoff) may(by By) May {
	works, owed := by.works(h), h.Owed()
	atWork := works && slices.Contains([]State{Open, Taken}, h.State)
	m := May{
		Claim:    works && h.State == Open || works && h.State == Taken && by.supervises(h) && h.OwnerID != by.UserID,
		Release:  works && h.State == Taken && (h.OwnerID == by.UserID || by.supervises(h)),
		Reply:    works && owed && h.State != Suspended,
		Forward:  works && owed && by.Link == 0,
		Ask:      atWork,
		SendBack: atWork,
		Answer:   by.calls(h) && h.State == Asked,
		Suspend:  atWork && by.Link == 0 && h.Suspensions < MaxSuspensions,
		Resume:   works && h.State == Suspended,
		Weigh:    owed && by.supervises(h),
		Remark:   by.sees(h) && by.Role != account.Machine && h.State != Closed,
	}
	if h.State != Closed {
		m.Close = h.closable(by)
	}
	return m
}

// closable returns the results with which somebody may close an open handoff: its team where the customer is not waiting for a call any
// more, its supervisors whatever it is, and whoever opened it while nobody has begun, or when it came back.
func (h *Handoff) closable(by By) []Result {
	switch {
	case by.supervises(h) && h.State == Replied:
		return []Result{SolvedOtherwise, GivenUp}
	case by.supervises(h):
		return []Result{SolvedOtherwise, Duplicate, WrongFilled, WrongSent, Withdrawn, GivenUp}
	case by.works(h) && by.Link == 0 && by.Role != account.Machine && h.Owed():
		return []Result{SolvedOtherwise, Duplicate}
	case by.calls(h) && (h.State == Open || h.State == Asked && h.Mistake != ""):
		return []Result{Withdrawn, Duplicate}
	}
	return nil
}
