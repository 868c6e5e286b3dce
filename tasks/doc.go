// Package tasks is the follow-up of resolutions. It holds nothing but this picture; what it is made of is in its folders: policy says what
// is wanted, decision decides and plans it, callback is the work of callers, incident pauses both for an outage, queue carries the jobs.
// Decision knows policy and callback; those two know neither each other nor decision, incident knows all three, and queue knows none of
// them. Handoff is what a callback sends back inside: it knows callback, which it asks for a second call after the reply and lets wait
// until then; callback tells it by jobs what was said.
//
// For each resolution and each kind of follow-up there is exactly one decision, for ever: planned, or skipped with one reason.
// The policy in force says what is wanted (a pure function over facts), permission says whether and from when it is allowed; a plan
// writes both down together with the callbacks and the jobs that follow. When a contact is reopened the decisions stay, marked
// cancelled. When its source corrects it, or a supervisor wants a callback, a decision is made again: the same row, one revision
// higher, and what it was before is kept as a change.
//
// A policy is a list of rules. Drafts are edited and tried out over the past (a dry run); a published version never changes, and
// every decision names the version and the rule.
//
// A callback is work for a caller:
//
//	         not allowed yet, retry, appointment, Skip, Pause                   Undo (6 s), Correct
//	        ┌──────────────────────────────────────────────────┐            ┌────────────────────┐
//	        ▼                                                  │            ▼                    │
//	    waiting ──Offer, Resume──► ready ──Claim, Pick──► claimed ──Finish──┴─► done, waiting ───┘
//	        ▲                     │  │ ▲                  │  ▲ │
//	        └──not allowed now────┘  │ └─Release, Transfer┘  │ └─ no attempt left ──► done (unreachable)
//	                          Prefetch                       Claim
//	                                 └──► claimed (next) ────┘
//	                                        │ 90 s over: anybody's, like every lease that is over
//	waiting, ready, claimed ──reopened, corrected, suppressed, expired, CancelByHand──► cancelled
//
// Who does what with it, beside what its time and permission do:
//
//	Claim      the most urgent one, or what was prefetched; 15 minutes, which Dial and SaveDraft extend. What needs a skill the caller
//	           lacks is passed over until it has waited for two hours, or what the centre says, is overdue, or half of its time has gone
//	           by; giving it back begins no new wait
//	Prefetch   the next one, for 90 seconds; it is not on the desk yet, and nothing is counted
//	Pick       one that is chosen: by supervisors any, by callers what is kept for them or was theirs; it may be waiting
//	Release    ready for anybody at once
//	Skip       waits 30 minutes, each time twice as long, at most a day; then behind what was not skipped
//	Transfer   ready, kept for a colleague for half an hour, or another team's
//	Pause      waits for something inside, at most 72 hours, then kept for its caller for half an hour; Resume ends it earlier
//	Do         what a supervisor does to one or to many, and why: keep it for a caller or for anybody, give it back, another group of
//	           urgency, another time, a pause, cancel. What is in a caller's hands is taken out of them first, where that is said: the
//	           hold ends with its fence, and what they typed stays their draft. Restore puts back what many were, where nothing has
//	           happened since
//	Finish     done, or waiting for the next attempt or an appointment (a time, or a span; of the caller's own for a while)
//	Undo       what Finish did, within six seconds: claimed again under the same fence
//	Correct    what Finish did, later: as if the right outcome had been recorded when the call ended
//
// Not solved opens a handoff, whose states are drawn in package handoff. Whatever else was to be called about the contact waits:
//
//	done (not solved) ──► handoff: open ──► taken ──reply──► second call ──► done (solved)
//	                        ▲                                     │
//	                        └──────── the next round ─────────────┘ done (not solved)
//
// One person is one conversation: a claim takes all callbacks of the person that the caller may make now. While it lasts the person is
// held in a slot of the caller (the current one, the next one, the one whose outcome may be undone), and no other callback of the person
// is handed out. The hold has one fence, higher than any the person's callbacks had; every later write carries it, and a write with an old
// fence is refused, keeping what was typed as a draft. Each callback is finished for itself; a call that nobody took ends all it was made
// for; Release, Skip and Transfer end the whole conversation. A claim that made the last attempt and ends without an outcome, by a
// release, a skip or its lease, closes the callback as unreachable.
//
// While an incident holds its contact a callback waits, whatever it waited for before, and is made by nobody; then it goes on with as much
// time as it had left (package incident).
//
// What became of a callback, when, by whom and why is written down with it (callback_changes).
package tasks
