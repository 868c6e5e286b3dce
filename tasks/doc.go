// Package tasks decides the follow-up of every resolution and carries out the callbacks.
//
// For each resolution and each kind of follow-up there is exactly one Decision, for ever: planned, or skipped with one reason.
// The policy says what is wanted (a pure function), permission says whether and from when it is allowed; Plan writes both down
// together with the callbacks and the jobs that follow. When a contact is reopened the decisions stay, marked cancelled.
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
// claimed its person is held: no other callback of the same person is handed out.
package tasks
