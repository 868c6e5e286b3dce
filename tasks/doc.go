// Package tasks is the follow-up of resolutions. It holds nothing but this picture; what it is made of is in its folders: policy says what
// is wanted, decision decides and plans it, callback is the work of callers, queue carries the jobs. Decision knows policy and callback;
// those two know neither each other nor decision, and queue knows none of them.
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
//	         not allowed yet, retry, appointment, skipped
//	        ┌──────────────────────────────────────────────┐
//	        ▼                                              │
//	    waiting ──Offer──► ready ──Claim──► claimed ──Finish──► done
//	        ▲                │ ▲               │
//	        └─not allowed now┘ └──Release──────┘
//	waiting, ready, claimed ──reopened, suppressed, expired, by hand──► cancelled
//
// A claim is a lease of 15 minutes: a callback whose lease is over can be claimed like a ready one. Each claim raises the fence,
// every later write carries it, and a write with an old fence is refused, keeping what was typed as a draft. While a callback is
// claimed its person is held: no other callback of the same person is handed out. A claim that made the last attempt and ends without
// an outcome, by a release, a skip or its lease, closes the callback as unreachable.
package tasks
